package ipvs_test

import (
	"errors"
	"slices"
	"testing"

	"golang.org/x/sys/unix"
	"pgregory.net/rapid"

	"keepalived/ipvs"
)

// TestSingleEntries shows, for any wish and any changes of somebody else, that
// SetDestination and DeleteDestination bring one entry where Apply would, do
// nothing twice, and change nothing when the kernel refuses.
func TestSingleEntries(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		fake := ipvs.NewFake()
		table := ipvs.NewTable(fake)
		wish := rapid.SliceOfN(virtuals(), 1, 4).Draw(r, "wish")
		if err := table.Apply(wish); err != nil {
			r.Fatal(err)
		}
		for range rapid.IntRange(1, 20).Draw(r, "length") {
			if rapid.IntRange(0, 4).Draw(r, "somebody else") == 0 {
				_ = drawStep(r)(fake)
			}
			key := rapid.SampledFrom(wish).Draw(r, "service").Service.Key
			d := destinations(key.Family, true).Draw(r, "destination")
			before, there := find(r, fake, key, d.Key)
			fake.Log()
			var err error
			set := rapid.Bool().Draw(r, "set")
			if set {
				err = table.SetDestination(key, d)
			} else {
				err = table.DeleteDestination(key, d.Key)
			}
			after, present := find(r, fake, key, d.Key)
			switch commands := fake.Log(); {
			case !ipvs.Harmless(err):
				if present != there || after != before {
					r.Fatalf("refused (%v), but %v became %v by %q", err, before, after, commands)
				}
				continue
			case len(commands) == 0:
				// Nothing was to be done as far as the table knew; Apply sees more.
			case present != set, set && after != shown(r, key, d):
				r.Fatalf("after %q: %v, present %v, error %v", commands, after, present, err)
			}
			if set {
				err = table.SetDestination(key, d)
			} else {
				err = table.DeleteDestination(key, d.Key)
			}
			if again := fake.Log(); err != nil || len(again) > 0 {
				r.Fatalf("a second time did %q, error %v", again, err)
			}
		}
		if err := table.Apply(wish); err != nil {
			r.Fatal(err)
		}
		fresh := ipvs.NewFake()
		if err := ipvs.NewTable(fresh).Apply(wish); err != nil {
			r.Fatal(err)
		}
		if got, want := ipvs.Save(within(mustList(r, fake), wish)), fresh.String(); got != want {
			r.Fatalf("Apply leads to\n%s\nwant\n%s", got, want)
		}
	})
}

func find(r *rapid.T, c ipvs.Client, service ipvs.ServiceKey, key ipvs.DestinationKey) (ipvs.Destination, bool) {
	list, err := c.Destinations(service)
	if err != nil {
		r.Fatal(err)
	}
	for _, d := range list {
		if d.Key == key {
			return d, true
		}
	}
	return ipvs.Destination{}, false
}

// shown is a destination as the kernel shows it.
func shown(r *rapid.T, service ipvs.ServiceKey, d ipvs.Destination) ipvs.Destination {
	fake := ipvs.NewFake()
	if err := errors.Join(fake.AddService(ipvs.Service{Key: service, Scheduler: "rr"}), fake.AddDestination(service, d)); err != nil {
		r.Fatal(err)
	}
	d, _ = find(r, fake, service, d.Key)
	return d
}

// behind is a client whose table cannot be read.
type behind struct{ *ipvs.Fake }

var errUnread = errors.New("unread")

func (behind) Services() ([]ipvs.Service, error)                        { return nil, errUnread }
func (behind) Destinations(ipvs.ServiceKey) ([]ipvs.Destination, error) { return nil, errUnread }

// TestUnread shows that a wish reaches a kernel whose table cannot be read,
// and what is said about it.
func TestUnread(t *testing.T) {
	wish := grid(2, 2)
	fake := ipvs.NewFake()
	if err := ipvs.NewTable(fake).Apply(grid(1, 1)); err != nil {
		t.Fatal(err)
	}
	wish[0].Service.Scheduler, wish[0].Destinations[0].Weight = "rr", 5
	table := ipvs.NewTable(behind{fake})
	var told []string
	for _, err := range ipvs.Errors(table.Apply(wish)) {
		told = append(told, err.Error())
	}
	want := []string{
		"unread",
		"IPVS cmd IP_VS_SO_SET_ADD(1154) error: Service already exists(17) (10.0.0.0:tcp:80)",
		"IPVS cmd IP_VS_SO_SET_ADDDEST(1159) error: Destination already exists(17) (10.0.0.0:tcp:80 -> 10.1.0.0:80)",
	}
	if !slices.Equal(told, want) {
		t.Errorf("errors %q, want %q", told, want)
	}
	if got := fake.String(); got != ipvs.Save(wish) {
		t.Errorf("table\n%s\nwant\n%s", got, ipvs.Save(wish))
	}
	fake.Log()
	if err := table.Apply(wish); !errors.Is(err, errUnread) || len(fake.Log()) > 0 {
		t.Errorf("a second time: %v, and something was done", err)
	}
	if err := table.Apply(nil); !errors.Is(err, errUnread) || fake.String() != "" {
		t.Errorf("after the end: %v\n%s", err, fake)
	}
}

// TestRefusedApply shows that refusals come in the order of the steps, that
// the other steps are done, and that the next Apply tries again.
func TestRefusedApply(t *testing.T) {
	fake := ipvs.NewFake()
	fake.Schedulers = []string{"wlc"}
	wish := grid(2, 1)
	wish[0].Service.Scheduler = "twos"
	table := ipvs.NewTable(fake)
	fake.Fail(ipvs.CommandAddDest, unix.ESRCH)
	fake.Fail(ipvs.CommandAddDest, unix.ENOMEM)
	var told []string
	for _, err := range ipvs.Errors(table.Apply(wish)) {
		told = append(told, err.Error())
	}
	want := []string{
		"IPVS cmd IP_VS_SO_SET_ADD(1154) error: Scheduler or persistence engine not found(2) (10.0.0.0:tcp:80)",
		"IPVS cmd IP_VS_SO_SET_ADDDEST(1159) error: No such file or directory(2) (10.0.0.0:tcp:80 -> 10.1.0.0:80)",
		"IPVS cmd IP_VS_SO_SET_ADDDEST(1159) error: Memory allocation problem(12) (10.0.0.1:tcp:80 -> 10.1.0.0:80)",
	}
	if !slices.Equal(told, want) {
		t.Errorf("errors %q, want %q", told, want)
	}
	fake.Schedulers = append(fake.Schedulers, "twos")
	if err := table.Apply(wish); err != nil || fake.String() != ipvs.Save(wish) {
		t.Errorf("again: %v\n%s", err, fake)
	}
}
