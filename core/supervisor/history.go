package supervisor

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"

	"keepalived/core/config"
	"keepalived/core/logging"
)

// keep writes the text of a configuration to its config_save_dir, if it has
// one: keepalived.conf.PID.N, N counting what has been read from 0 (02-runtime
// section 2.5). It returns what went wrong. It is not called on the loop: a
// disk may be slow.
func (p *parent) keep(c *config.Config) []string {
	if c == nil || c.Global.ConfigSaveDir == "" {
		return nil
	}
	path := filepath.Join(c.Global.ConfigSaveDir, fmt.Sprintf("keepalived.conf.%d.%d", os.Getpid(), p.kept))
	p.kept++
	// Not through a link that somebody has laid: the name can be guessed.
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC|unix.O_NOFOLLOW, 0o666)
	if err == nil {
		err = errors.Join(p.Text(f), f.Close())
	}
	if err != nil {
		number, text := logging.Strerror(err)
		return []string{fmt.Sprintf(msgDumpFile, path, number, text)}
	}
	return nil
}
