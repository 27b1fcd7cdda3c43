package cmd

// InstalledAs is for the tests, which have other file systems and paths.
var InstalledAs = installedAs

// PretendVersion has the program think that it is another version, until it is undone.
func PretendVersion(v string) (undo func()) {
	was := version
	version = v
	return func() { version = was }
}
