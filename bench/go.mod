module umbra/bench

go 1.26
