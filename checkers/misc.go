package checkers

import (
	"context"

	"keepalived/checkers/machine"
	"keepalived/checkers/probe"
	"keepalived/core/config"
)

// misc runs the script of a MISC_CHECK (8.6). The process runs off the loop;
// a script that outlives its timeout is killed with its group.
type misc struct {
	s     *service
	check *config.MiscCheck
}

func newMisc(s *service, k *machine.Checker) attempter { return misc{s, k.Config.Misc} }

func (m misc) attempt(ctx context.Context, _ probe.Attempt, done func(outcome)) {
	m.s.deps.run(ctx, m.s, m.check.Script, m.check.Timeout, done)
}
