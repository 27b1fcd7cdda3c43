// Package disk knows how much room is left where data is kept.
package disk

// What is left when it is time to do something, in bytes.
const (
	Low   = 500 << 20 // room for a copy of a usual database, and more
	Empty = 50 << 20
)
