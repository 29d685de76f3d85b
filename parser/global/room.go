package global

import (
	"keepalived/parser/reader"
)

// Room reads the global keywords.
type Room struct {
	Settings Settings
}

// New returns a room with the built-in defaults.
func New() *Room { return &Room{Settings: newSettings()} }

// Handlers returns what to do at the global keywords.
func (r *Room) Handlers() reader.Handlers {
	return reader.Handlers{}
}

// Finish completes the global values after the parent's pass.
func (r *Room) Finish(p *reader.Pass) {}
