package vrrp

import (
	"keepalived/core/config"
	"keepalived/core/status"
)

// describeAddress, describeRoute and describeRule name things in log lines as
// the data dump does.
func describeAddress(a *config.Address, link string) string {
	return (&status.Address{Config: a, Link: link}).String()
}

func describeRoute(r *config.Route) string { return status.Route(r) }
func describeRule(r *config.Rule) string   { return status.Rule(r) }
