package parser

import (
	"slices"
	"testing"

	"keepalived/core/config"
	"keepalived/parser/internal/host"
)

// TestEveryKeywordHandled: no keyword of the table is known and does nothing.
func TestEveryKeywordHandled(t *testing.T) {
	l := &loader{host: host.Golden(), config: new(config.Config), result: new(Result)}
	l.furnish()
	unhandled := l.language.Unhandled()
	slices.Sort(unhandled)
	for _, path := range unhandled {
		t.Errorf("%s: no handler", path)
	}
}
