package config

import (
	"bytes"
	"encoding/gob"
	"fmt"
	"time"
)

// Config is one whole configuration.
type Config struct {
	Global Global

	// Top-level words, which stand outside global_defs.
	NetNamespace            string
	NetNamespaceIPVS        string // empty: as NetNamespace; see NetNamespaceIPVSSet
	NetNamespaceIPVSSet     bool   // net_namespace_ipvs was given; with an empty name it is the namespace of pid 1
	NamespaceWithIPsets     bool
	UsePIDDir               bool
	Instance                string
	ChildWaitTime           time.Duration // default 5 s
	LinkbeatUsePolling      bool
	HasVRRP, HasLVS, HasBFD bool // which children have something to do (02-runtime section 3)

	VRRP VRRP
	LVS  LVS
	BFD  BFD
}

// VRRP is the part of the VRRP process.
type VRRP struct {
	Instances       []*Instance
	SyncGroups      []*SyncGroup
	TrackGroups     []*TrackGroup
	Scripts         []*TrackScript // only those that some instance uses
	TrackFiles      []*TrackFile
	TrackProcesses  []*TrackProcess
	TrackBFDs       []*TrackBFD
	GARPGroups      []*GARPGroup
	StaticAddresses []*Address
	StaticRoutes    []*Route
	StaticRules     []*Rule
	Linkbeat        []LinkbeatInterface
	UpDownDelays    []UpDownDelay
}

// LVS is the part of the health-check process.
type LVS struct {
	SSL            *SSL
	Groups         []*VirtualServerGroup
	VirtualServers []*VirtualServer
	TrackFiles     []*TrackFile
	BFDs           []string // names of the bfd_instances that a checker may use
}

// BFD is the part of the BFD process.
type BFD struct {
	Instances []*BFDInstance
}

// Encode writes the configuration for another process of the same program.
func (c *Config) Encode() ([]byte, error) {
	var b bytes.Buffer
	if err := gob.NewEncoder(&b).Encode(c); err != nil {
		return nil, fmt.Errorf("encode configuration: %w", err)
	}
	return b.Bytes(), nil
}

// Decode reads what Encode wrote.
func Decode(data []byte) (*Config, error) {
	c := new(Config)
	if err := gob.NewDecoder(bytes.NewReader(data)).Decode(c); err != nil {
		return nil, fmt.Errorf("decode configuration: %w", err)
	}
	return c, nil
}
