package vrrp

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/sys/unix"

	"keepalived/core/config"
	"keepalived/core/network"
)

// With fifo_write_vrrp_states_on_reload the FIFO hears of every instance and
// group after a reload, of each once.
func TestStatesAtReload(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var wire network.Segment
		a := newNode(t, &wire, 1)
		path := filepath.Join(t.TempDir(), "fifo")
		repeat := false
		with := func(c *config.Config) {
			c.Global.VRRPNotifyFIFO = &config.FIFO{Path: path, UID: uint32(os.Getuid()), GID: uint32(os.Getgid())}
			c.Global.FIFOWriteVRRPStatesOnReload = repeat
		}
		conf := "vrrp_sync_group G1 {\ngroup {\nVI_1\n}\n}\n" + instance("priority 150\n"+vip) +
			strings.NewReplacer("VI_1", "VI_2", "id 51", "id 52", "eth0", "eth9").Replace(instance("priority 100\n"+vip))
		third := strings.NewReplacer("VI_1", "VI_3", "id 51", "id 53").Replace(instance("priority 100\n" + strings.Replace(vip, "100", "103", 1)))
		a.startWith(conf, with)
		sleep(5 * time.Second)
		read := func() string {
			b := make([]byte, 4096)
			fd, err := unix.Open(path, unix.O_RDONLY|unix.O_NONBLOCK, 0)
			if err != nil {
				t.Fatal(err)
			}
			defer unix.Close(fd)
			n, err := unix.Read(fd, b)
			if err == unix.EAGAIN {
				return ""
			}
			return string(b[:max(n, 0)])
		}
		read()
		reload := func(conf string) string {
			cfg := parse(t, conf)
			with(cfg)
			a.run(func() {
				if err := a.service.Reload(cfg); err != nil {
					t.Error(err)
				}
			})
			synctest.Wait()
			return read()
		}
		equal(t, "without", reload(conf), "")
		repeat = true
		equal(t, "with", reload(conf+third), `
INSTANCE "VI_3" BACKUP 100
GROUP "G1" MASTER 0
INSTANCE "VI_1" MASTER 150
INSTANCE "VI_2" FAULT 100
`)
		a.stop()
	})
}
