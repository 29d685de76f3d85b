package lvs

import (
	"keepalived/core/config"
	"keepalived/parser/reader"
)

// scripts are the places of all notify and quorum scripts.
type scripts struct{ places []**config.Script }

func (s *scripts) add(place **config.Script) { s.places = append(s.places, place) }

func (r *Room) examine(*reader.Pass, []*virtualServer) {}
