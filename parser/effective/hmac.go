package effective

import (
	"encoding/hex"
	"strconv"
	"strings"

	"keepalived/parser/reader"
)

// hmacKeys are the keys of auth_hmac. One that comes from a file is printed as
// that: its secret stays where it is.
func hmacKeys(r *renderer, v *instance, source *reader.Source) []statement {
	if v.HMAC == nil {
		return nil
	}
	said := source.All("auth_hmac/key")
	b := statement{kind: block, keyword: "auth_hmac"}
	for i, k := range v.HMAC.Keys {
		secret := "hex:" + hex.EncodeToString(k.Secret)
		s := statement{keyword: "key", many: true}
		if i < len(said) {
			s.origin = given(said[i])
			if words := strings.Fields(said[i].Text); len(words) > 2 && strings.HasPrefix(words[2], "file:") {
				secret = words[2]
			}
		}
		s.value = value{
			words: []string{strconv.Itoa(int(k.ID)), secret},
			json:  object{{"id", k.ID}, {"secret", secret}},
		}
		b.children = append(b.children, s)
	}
	return []statement{b}
}
