module umbra/clients/gowebdav

go 1.26

require (
	github.com/emersion/go-ical v0.0.0-20240127095438-fc1c9d8fb2b6
	github.com/emersion/go-vcard v0.0.0-20230815062825-8fda7d206ec9
	github.com/emersion/go-webdav v0.7.0
)

require github.com/teambition/rrule-go v1.8.2 // indirect
