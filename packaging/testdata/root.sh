# sh root.sh DIRECTORY SCRIPT: runs DIRECTORY/SCRIPT in a root that is this
# machine's, with all changes in memory: "unshare --mount --pid --net --fork" has
# to be around it. The directory is /work there.
set -eu
mount -t tmpfs tmpfs /mnt
mkdir /mnt/upper /mnt/work /mnt/root
root=/mnt/root
mount -t overlay -o lowerdir=/,upperdir=/mnt/upper,workdir=/mnt/work overlay $root
mount -t proc proc $root/proc
mount --rbind /dev $root/dev
mount -t tmpfs tmpfs $root/run # no running systemd
mount -t tmpfs tmpfs $root/tmp
mkdir -p $root/work $root/usr/share/doc/keepalived
mount --bind "$1" $root/work
printf '#!/bin/sh\nexit 101\n' >$root/usr/sbin/policy-rc.d
chmod 755 $root/usr/sbin/policy-rc.d
exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C HOME=/ chroot $root sh "/work/$2" 2>&1 </dev/null
