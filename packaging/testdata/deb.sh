# What happens to an installation of the C daemon's Debian package with everything
# that an administrator may have done to it.
set -eu
cd /
ours=$(echo /work/dist/*.deb)

# The C daemon's package, made again from what it has installed.
c=/tmp/c
mkdir -p $c/DEBIAN
dpkg -L keepalived | while read -r name; do
	[ -d "$name" ] || [ ! -e "$name" ] || cp -a --parents "$name" $c
done
for name in conffiles preinst postinst prerm postrm; do
	cp /var/lib/dpkg/info/keepalived.$name $c/DEBIAN/$name
done
dpkg -s keepalived | sed '/^Status:/d; /^Conffiles:/,/^[^ ]/{/^Conffiles:\|^ /d}' >$c/DEBIAN/control
dpkg-deb -Znone -b $c /tmp/c.deb >/tmp/log

# Triggers (of man-db above all) are no business of this test, and slow.
quietly() { "$@" >/tmp/log 2>&1 || { echo "FAILED: $*"; cat /tmp/log; exit 1; }; }
state() {
	dpkg-query -W -f '${Status}\n' keepalived 2>/dev/null || echo gone
	find /etc -path '*eepalived*' -type f -perm /100 -printf 'executable %p\n' | sort
	find /etc -path '*eepalived*' -type f | sort | while read -r name; do
		grep -q MINE "$name" && echo "mine $name" || echo "     $name"
	done
	find /etc -name '*keepalived*' -type l | grep -o 'wants/.*\|rc2.*' | sort
}

echo "== version"
dpkg --compare-versions "$(dpkg-deb -f "$ours" Version)" gt "$(dpkg-query -W -f '${Version}' keepalived)" && echo newer

echo "== edited, with a file deleted"
echo '# MINE' >/etc/keepalived/keepalived.conf
echo '# MINE' >>/etc/default/keepalived
echo '# MINE' >>/etc/keepalived/keepalived.conf.sample
rm /etc/dbus-1/system.d/org.keepalived.Vrrp1.conf
quietly env DPKG_MAINTSCRIPT_PACKAGE=keepalived deb-systemd-helper enable keepalived.service
state

echo "== ours over it"
quietly dpkg --no-triggers -i "$ours"
state
/usr/sbin/keepalived -v 2>&1 | sed -n 's/ (.*//p' | head -1
genhash -v 2>&1 | head -1 | cut -d ' ' -f 1
cmp /usr/share/man/man8/keepalived.8.gz $c/usr/share/man/man8/keepalived.8.gz >/dev/null 2>&1 || echo 'man page is another'
test -e /lib/systemd/system/keepalived.service && echo 'unit there'
dpkg --verify keepalived | sort

echo "== started by the C daemon's init script"
/etc/init.d/keepalived start >/dev/null && echo started
n=0
until [ -s /run/keepalived.pid ] || [ $((n += 1)) -gt 100 ]; do sleep 0.05; done
cmp /proc/$(cat /run/keepalived.pid)/exe /usr/sbin/keepalived && echo running
/etc/init.d/keepalived reload >/dev/null && echo reloaded
/etc/init.d/keepalived stop >/dev/null && echo stopped
until [ ! -e /run/keepalived.pid ] || [ $((n += 1)) -gt 200 ]; do sleep 0.05; done
ls /run/*.pid 2>/dev/null || echo 'no pid file left'

echo "== back"
quietly dpkg --no-triggers -i --force-downgrade /tmp/c.deb
state
dpkg --verify keepalived | grep -v /usr/share | sort

echo "== disabled, ours over it"
quietly env DPKG_MAINTSCRIPT_PACKAGE=keepalived deb-systemd-helper disable keepalived.service
quietly dpkg --no-triggers -i "$ours"
state

echo "== removed"
quietly dpkg --no-triggers -r keepalived
state

echo "== installed again"
quietly dpkg --no-triggers -i "$ours"
state

echo "== purged"
quietly dpkg --no-triggers -P keepalived
state
find /var/lib/systemd /var/lib/dpkg/info -name 'keepalived*'

echo "== ours alone"
rm -r /etc/keepalived
quietly dpkg --no-triggers -i "$ours"
state
test -d /etc/keepalived && echo '/etc/keepalived there'
dpkg -L keepalived | grep /mibs/
grep -E '^(Type|KillMode|PIDFile|EnvironmentFile|ExecStart|ExecReload|Condition)' /usr/lib/systemd/system/keepalived.service

echo "== the C daemon over it"
quietly dpkg --no-triggers -i --force-downgrade /tmp/c.deb
state
