package process

import (
	"fmt"
	"os"
	"path/filepath"

	"keepalived/core/logging"
)

// keep writes the data of the service to config_save_dir, when there is one:
// "pre" before a reload and "post" after it (02-runtime section 2.5).
func (r *runner) keep(when string) {
	directory := r.cfg.Global.ConfigSaveDir
	if directory == "" {
		return
	}
	name := [...]string{"check", "vrrp", "bfd"}[r.in.Kind]
	path := filepath.Join(directory, fmt.Sprintf("keepalived_%s.%d.%d.%s", name, os.Getpid(), r.reloads, when))
	r.history.Render(path, r.service.Data(), func(err error) {
		number, text := logging.Strerror(err)
		r.log.Info(fmt.Sprintf(msgDumpFile, path, number, text))
	})
}
