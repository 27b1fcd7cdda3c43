package db

import (
	"fmt"
	"syscall"
)

// Magic numbers of statfs(2) for file systems on other machines.
var networkFS = map[int64]string{
	0x6969:     "NFS",
	0x517B:     "SMB",
	0xFF534D42: "CIFS",
	0xFE534D42: "SMB2",
	0x01021997: "9P",
	0x564C:     "NCP",
	0x73757245: "Coda",
	0x5346414F: "AFS",
	0x00C36400: "Ceph",
}

// refuseNetworkFS: SQLite's locks and shared memory do not hold over a network.
func refuseNetworkFS(dir string) error {
	var st syscall.Statfs_t
	if err := syscall.Statfs(dir, &st); err != nil {
		return nil //nolint:nilerr // a folder that is missing is told when the file is opened
	}
	if name, found := networkFS[int64(uint32(st.Type))]; found {
		return fmt.Errorf("%s lies on a network file system (%s), where SQLite can lose data: choose a local data folder", dir, name)
	}
	return nil
}
