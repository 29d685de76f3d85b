package network

import (
	"fmt"
	"sync"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Polled is a link whose carrier is asked for again and again, because its
// driver does not tell the kernel of a change.
type Polled struct {
	Name   string
	Method CarrierMethod
}

// CarrierMethod is a way to ask for the carrier.
type CarrierMethod string

// The methods. The zero one tries them in this order and stays with the first
// that the driver knows.
const (
	CarrierMII     CarrierMethod = "MII"     // the status register of the transceiver
	CarrierEthtool CarrierMethod = "ETHTOOL" // ETHTOOL_GLINK
	CarrierFlags   CarrierMethod = "IOCTL"   // the flags of the interface
)

// CarrierWatcher asks for carriers on its own goroutine.
type CarrierWatcher struct {
	stop  chan struct{}
	done  sync.WaitGroup
	close func()
}

// probe asks for the carrier of a link. Method is what to try; the one that has
// answered comes back.
type probe func(name string, method CarrierMethod) (bool, CarrierMethod, error)

// WatchCarrier asks for the carrier of every link each period, and reports
// changes on a goroutine of its own; deliver must not block for long. A link that
// does not exist is down. What is so at the beginning is returned.
func (h *Host) WatchCarrier(list []Polled, every time.Duration, deliver func(name string, up bool)) (*CarrierWatcher, map[string]bool, error) {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, nil, fmt.Errorf("carrier: %w", err)
	}
	ask := func(name string, method CarrierMethod) (bool, CarrierMethod, error) { return carrier(fd, name, method) }
	w, now := watchCarrier(list, every, ask, deliver)
	w.close = func() { unix.Close(fd) }
	return w, now, nil
}

func watchCarrier(list []Polled, every time.Duration, ask probe, deliver func(string, bool)) (*CarrierWatcher, map[string]bool) {
	w := &CarrierWatcher{stop: make(chan struct{}), close: func() {}}
	known := map[string]bool{}
	methods := map[string]CarrierMethod{}
	look := func(p Polled) bool {
		method := methods[p.Name]
		if method == "" {
			method = p.Method
		}
		up, answered, err := ask(p.Name, method)
		if err != nil {
			return false
		}
		methods[p.Name] = answered
		return up
	}
	first := map[string]bool{}
	for _, p := range list {
		known[p.Name] = look(p)
		first[p.Name] = known[p.Name]
	}
	w.done.Go(func() {
		ticker := time.NewTicker(every)
		defer ticker.Stop()
		for {
			select {
			case <-w.stop:
				return
			case <-ticker.C:
			}
			for _, p := range list {
				if up := look(p); up != known[p.Name] {
					known[p.Name] = up
					deliver(p.Name, up)
				}
			}
		}
	})
	return w, first
}

// Close ends the watch. deliver is not called any more once it has returned.
func (w *CarrierWatcher) Close() {
	close(w.stop)
	w.done.Wait()
	w.close()
}

// carrier asks the kernel.
func carrier(fd int, name string, method CarrierMethod) (bool, CarrierMethod, error) {
	methods := []CarrierMethod{CarrierMII, CarrierEthtool, CarrierFlags}
	if method != "" {
		methods = []CarrierMethod{method}
	}
	var err error
	for _, m := range methods {
		var up bool
		switch m {
		case CarrierMII:
			up, err = carrierMII(fd, name)
		case CarrierEthtool:
			up, err = carrierEthtool(fd, name)
		default:
			up, err = carrierFlags(fd, name)
		}
		if err == nil {
			return up, m, nil
		}
	}
	return false, "", err
}

// miiData is struct mii_ioctl_data in the place of an ifreq's data.
type miiData struct {
	name                   [unix.IFNAMSIZ]byte
	phy, register, in, out uint16
	_                      [16]byte
}

// The registers of a transceiver (IEEE 802.3 section 22.2.4).
const (
	miiStatus     = 1
	miiLinkStatus = 1 << 2
)

func carrierMII(fd int, name string) (bool, error) {
	var d miiData
	if len(name) >= len(d.name) {
		return false, unix.EINVAL
	}
	copy(d.name[:], name)
	if err := ioctl(fd, unix.SIOCGMIIPHY, unsafe.Pointer(&d)); err != nil {
		return false, err
	}
	// The bit stays 0 after a loss until it has been read once.
	for range 2 {
		d.register = miiStatus
		if err := ioctl(fd, unix.SIOCGMIIREG, unsafe.Pointer(&d)); err != nil {
			return false, err
		}
	}
	return d.out&miiLinkStatus != 0, nil
}

// ethtoolValue is struct ethtool_value.
type ethtoolValue struct{ command, data uint32 }

func carrierEthtool(fd int, name string) (bool, error) {
	value := ethtoolValue{command: unix.ETHTOOL_GLINK}
	var request struct {
		name [unix.IFNAMSIZ]byte
		data unsafe.Pointer
		_    [16]byte
	}
	if len(name) >= len(request.name) {
		return false, unix.EINVAL
	}
	copy(request.name[:], name)
	request.data = unsafe.Pointer(&value)
	if err := ioctl(fd, unix.SIOCETHTOOL, unsafe.Pointer(&request)); err != nil {
		return false, err
	}
	return value.data != 0, nil
}

func carrierFlags(fd int, name string) (bool, error) {
	request, err := unix.NewIfreq(name)
	if err != nil {
		return false, err
	}
	if err := unix.IoctlIfreq(fd, unix.SIOCGIFFLAGS, request); err != nil {
		return false, err
	}
	const up = unix.IFF_UP | unix.IFF_RUNNING
	return request.Uint16()&up == up, nil
}

func ioctl(fd int, request uint, data unsafe.Pointer) error {
	if _, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(fd), uintptr(request), uintptr(data)); errno != 0 {
		return errno
	}
	return nil
}
