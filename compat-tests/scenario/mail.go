package scenario

import (
	"errors"
	"fmt"
	"net"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"keepalived/compat-tests/laboratory"
)

// compileMailServer reads "ADDR:PORT [VERB=REPLY ...]".
func compileMailServer(node string, words []string) (action, error) {
	_, port, err := net.SplitHostPort(words[0])
	if err != nil {
		return nil, err
	}
	replies := map[string]string{}
	for _, word := range words[1:] {
		verb, reply, ok := strings.Cut(word, "=")
		if !ok {
			return nil, fmt.Errorf("%q: want VERB=REPLY", word)
		}
		replies[verb] = reply
	}
	if err := laboratory.CheckMailReplies(replies); err != nil {
		return nil, err
	}
	return func(r *run) error {
		s, err := laboratory.StartMailServer(r.lab.Node(node), words[0], replies)
		if err != nil {
			return err
		}
		r.servers[node+":"+port] = &server{end: s.Close}
		// The dialogues outlive the server.
		r.mails[node+":"+port] = append(r.mails[node+":"+port], s)
		return nil
	}, nil
}

// dialogues are those of all mail servers that a port of a node has had.
func (r *run) dialogues(node, port string) []string {
	var list []string
	for _, s := range r.mails[node+":"+port] {
		list = append(list, s.Dialogues()...)
	}
	return list
}

// compileMails reads "PORT N RE".
func compileMails(node string, words []string) (condition, error) {
	if len(words) != 3 {
		return nil, errors.New("mails PORT N RE")
	}
	least, err := strconv.Atoi(words[1])
	if err != nil {
		return nil, err
	}
	expression, err := regexp.Compile("(?m)" + words[2])
	return func(r *run) (bool, error) {
		n := 0
		for _, d := range r.dialogues(node, words[0]) {
			if expression.MatchString(d) {
				n++
			}
		}
		return n >= least, nil
	}, err
}

var dateHeader = regexp.MustCompile(`(?m)^C: Date: .*$`)

// mailText is what was said, sorted, because the C daemon sends its mails side by
// side, and without the time.
func (r *run) mailText(node, port string) string {
	list := r.dialogues(node, port)
	for i, d := range list {
		list[i] = dateHeader.ReplaceAllString(d, "C: Date: TIME")
	}
	slices.Sort(list)
	return strings.Join(list, "--\n")
}
