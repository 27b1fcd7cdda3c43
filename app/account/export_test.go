package account

// What tests look at beside the public surface.
const AuthenticateQuery = authenticateQuery

// LogInQueries have so many arguments.
var LogInQueries = map[string]int{arriveQuery: 7, enterQuery: 8}

var Owned = owned
