package cmd

// InstalledAs is for the tests, which have other file systems and paths.
var InstalledAs = installedAs

// PretendVersion has the program think that it is another version, until it is undone.
func PretendVersion(v string) (undo func()) {
	was := version
	version = v
	return func() { version = was }
}

// Finding is what a check found.
type Finding = finding

// The checks of what a test cannot bring about on the machine it runs on.
var (
	CheckClock  = checkClock
	CheckZones  = checkZones
	CheckMemory = checkMemory
	CheckDisk   = checkDisk
	CheckName   = checkName
	Zone        = zone
	Judged      = judged
)

// What the kernel says of its clock.
const (
	ClockKept   = clockKept
	ClockAdrift = clockAdrift
)
