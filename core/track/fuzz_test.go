package track

import "testing"

// What inotify says is read to its end, however long it says its names are.
func FuzzEvents(f *testing.F) {
	f.Add(make([]byte, 16))
	f.Add(append(make([]byte, 12), 4, 0, 0, 0, 'f', 0, 0, 0))
	f.Add(append(make([]byte, 12), 0xff, 0xff, 0xff, 0xff, 'f'))
	f.Fuzz(func(t *testing.T, data []byte) {
		if n := len(parseEvents(data)); n > len(data)/16 {
			t.Errorf("%d events in %d bytes", n, len(data))
		}
	})
}
