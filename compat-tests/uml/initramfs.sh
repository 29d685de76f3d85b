#!/bin/busybox sh
# The first process under QEMU: mounts the host's root, and goes on with init.sh
# there.
for module in /modules/*; do
	/bin/busybox insmod "$module"
done
/bin/busybox mount -t 9p -o trans=virtio,version=9p2000.L,msize=262144,cache=loose,ro host /newroot
exec /bin/busybox switch_root /newroot /bin/sh "$uml_job/init.sh"
