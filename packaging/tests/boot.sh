#!/bin/sh
# Becomes the systemd of a folder: the first process of namespaces that are made for it.
# $1: the folder. $2: the cgroup that is its root.
set -e
mount --make-rprivate /
mount --bind "$1" "$1"
cd "$1"
mount -t proc proc proc
mount -t sysfs sysfs sys
mount -t tmpfs -o mode=755 tmpfs run
mount -t tmpfs tmpfs tmp
mount -t tmpfs -o mode=755 tmpfs dev
for device in null zero full random urandom tty; do
  touch dev/$device
  mount --bind /dev/$device dev/$device
done
mkdir dev/pts dev/shm
mount -t devpts -o newinstance,ptmxmode=0666 devpts dev/pts
ln -s pts/ptmx dev/ptmx
mount -t tmpfs tmpfs dev/shm
mount -t cgroup2 cgroup2 sys/fs/cgroup
ip link set lo up
mkdir -p old
pivot_root . old
umount -l old
export container=namespaces
exec /lib/systemd/systemd --log-target=console systemd.unified_cgroup_hierarchy=1 </dev/null
