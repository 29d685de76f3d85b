package network

import (
	"fmt"
	"os"
	"strings"
)

// Sysctl reads a kernel parameter. The key is a path below /proc/sys, with
// slashes, because a link's name may have dots: "net/ipv4/conf/eth0.5/rp_filter".
func (h *Host) Sysctl(key string) (string, error) {
	b, err := os.ReadFile("/proc/sys/" + key)
	if err != nil {
		return "", fmt.Errorf("sysctl %s: %w", key, err)
	}
	return strings.TrimSpace(string(b)), nil
}

// SetSysctl writes a kernel parameter.
func (h *Host) SetSysctl(key, value string) error {
	// Not os.WriteFile: a parameter that does not exist must not be made.
	f, err := os.OpenFile("/proc/sys/"+key, os.O_WRONLY, 0)
	if err != nil {
		return fmt.Errorf("sysctl %s: %w", key, err)
	}
	_, err = f.WriteString(value)
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return fmt.Errorf("sysctl %s: %w", key, err)
	}
	return nil
}
