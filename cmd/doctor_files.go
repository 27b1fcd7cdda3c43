package cmd

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// checkPermissions looks at who may read what is in the data folder, and at files
// that the server's user cannot open because somebody else made them.
func checkPermissions(dir string) finding {
	f := finding{"permissions", ok, "the data is its owner's alone", ""}
	folder, err := os.Stat(dir)
	if err != nil || runtime.GOOS == "windows" {
		f.Detail = "not known"
		return f
	}
	owner, _ := ownerOf(folder)
	var open, foreign []string
	_ = filepath.WalkDir(dir, func(path string, d fs.DirEntry, unseen error) error {
		if unseen != nil { // the check of the folder tells
			return nil //nolint:nilerr // see above
		}
		name, _ := filepath.Rel(dir, path)
		if d.IsDir() && name == filepath.Join("postgres", "data") { // PostgreSQL looks at its own
			return filepath.SkipDir
		}
		info, gone := d.Info()
		if gone != nil { // since it was listed
			return nil //nolint:nilerr // see above
		}
		if user, _ := ownerOf(info); user != owner {
			foreign = append(foreign, name)
		}
		if d.Type().IsRegular() && info.Mode().Perm()&0o077 != 0 && holdsSecrets(name) {
			open = append(open, name)
		}
		return nil
	})
	switch {
	case len(foreign) > 0:
		f.Status = fail
		f.Detail = fmt.Sprintf("%s belong to another user than the folder, so that the server may not open them", few(foreign))
		f.Fix = fmt.Sprintf("run `chown -R --reference=%s %s` as root, and commands as the server's user from now on (docs/install.md)", dir, dir)
	case len(open) > 0:
		f.Status = warn
		f.Detail = fmt.Sprintf("%s can be read by others on this machine", few(open))
		f.Fix = "run `chmod -R go= " + dir + "`"
	case owner > 0 && os.Geteuid() == 0:
		f.Status = warn
		f.Detail = "the folder belongs to another user, and this runs as root: what root makes in it the server cannot open"
		f.Fix = "run commands as the server's user (docs/install.md)"
	}
	return f
}

// holdsSecrets are the files that others should not read: the database, the key, settings, backups.
func holdsSecrets(name string) bool {
	base := filepath.Base(name)
	return base == "secret.key" || base == ".env" || strings.HasPrefix(base, "umbra") || strings.HasSuffix(base, ".key") || strings.HasSuffix(base, ".db")
}

func few(names []string) string {
	if len(names) > 3 {
		return strings.Join(names[:3], ", ") + fmt.Sprintf(" and %d more", len(names)-3)
	}
	return strings.Join(names, ", ")
}
