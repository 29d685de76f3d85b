package vrrp

import (
	"bytes"
	"encoding/hex"
	"time"

	"keepalived/core/config"
	"keepalived/parser/reader"
)

// hmac is the auth_hmac block while it is read.
type hmac struct {
	config.AuthHMAC
	windowGiven bool
}

// The limits of auth_hmac.
const (
	minKey, maxKey       = 32, 64 // octets
	minWindow, maxWindow = 1, 300 // seconds
	// maxKeyFile is a key in hexadecimal with its prefix and line end.
	maxKeyFile = len("hex:") + 2*maxKey + len("\r\n")
)

func (r *Room) authHandlers() reader.Handlers {
	return reader.Handlers{
		"vrrp_instance/authentication":           {},
		"vrrp_instance/authentication/auth_type": {Read: r.authType},
		"vrrp_instance/authentication/auth_pass": {Read: r.authPass},
		"vrrp_instance/auth_hmac": {Open: func(*reader.Pass, *reader.Statement) bool {
			if r.instance.hmac == nil {
				r.instance.hmac = new(hmac)
			}
			return true
		}},
		"vrrp_instance/auth_hmac/key":         {Read: r.hmacKey},
		"vrrp_instance/auth_hmac/active_key":  {Read: r.hmacActiveKey},
		"vrrp_instance/auth_hmac/time_window": {Read: r.hmacTimeWindow},
		"vrrp_instance/auth_hmac/anti_replay": {Read: r.hmacAntiReplay},
		"vrrp_instance/auth_hmac/mode":        {Read: r.hmacMode},
	}
}

func (r *Room) authType(p *reader.Pass, s *reader.Statement) {
	v := r.instance
	switch word := p.Need(s, 1); word {
	case "PASS":
		v.AuthType, v.authGiven = config.AuthPass, true
	case "AH":
		v.AuthType, v.authGiven = config.AuthAH, true
	default:
		p.General(msgAuthType, v.Name, word)
	}
}

func (r *Room) authPass(p *reader.Pass, s *reader.Statement) {
	v, word := r.instance, p.Need(s, 1)
	if len(word) > len(v.AuthPass) {
		p.General(msgAuthPass, len(v.AuthPass))
	}
	v.AuthPass = [8]byte{}
	copy(v.AuthPass[:], word)
	v.passGiven = true
}

func (r *Room) hmacKey(p *reader.Pass, s *reader.Statement) {
	v := r.instance
	if s.Len() < 3 {
		p.General(msgHMACKeyWords, v.Name)
		return
	}
	id, ok := p.Unsigned(s.Word(1), 1, 255, reader.Strict)
	if !ok {
		p.General(msgHMACKeyID, v.Name, s.Word(1))
		return
	}
	secret, ok := r.hmacSecret(p, s.Word(2))
	if !ok {
		return
	}
	if n := len(secret); n < minKey || n > maxKey {
		p.General(msgHMACKeyLength, v.Name, id, n, minKey, maxKey)
		return
	}
	for _, k := range v.hmac.Keys {
		if k.ID == uint8(id) {
			p.General(msgHMACKeyTwice, v.Name, id)
			return
		}
	}
	v.hmac.Keys = append(v.hmac.Keys, config.HMACKey{ID: uint8(id), Secret: secret})
}

// hmacSecret reads TEXT, hex:DIGITS or file:PATH (03-vrrp section 5.4.1).
func (r *Room) hmacSecret(p *reader.Pass, word string) ([]byte, bool) {
	text := []byte(word)
	if path, ok := bytes.CutPrefix(text, []byte("file:")); ok {
		if text, ok = r.hmacKeyFile(p, string(path)); !ok {
			return nil, false
		}
	}
	digits, ok := bytes.CutPrefix(text, []byte("hex:"))
	if !ok {
		return text, true
	}
	secret := make([]byte, hex.DecodedLen(len(digits)))
	n, err := hex.Decode(secret, digits)
	if err != nil {
		n = 0 // no key: reported as one that is too short
	}
	return secret[:n], true
}

func (r *Room) hmacKeyFile(p *reader.Pass, path string) ([]byte, bool) {
	v := r.instance
	info, err := p.Host.Stat(path)
	if err != nil {
		p.General(msgHMACFileOpen, v.Name, path)
		return nil, false
	}
	if info.Mode().Perm()&0o044 != 0 {
		p.Report(config.ClassSecurity, msgHMACFileReadable, v.Name, path)
	}
	if info.Size() > int64(maxKeyFile) {
		p.General(msgHMACFileLarge, v.Name, path)
		return nil, false
	}
	data, err := p.Host.ReadFile(path)
	if err != nil {
		p.General(msgHMACFileOpen, v.Name, path)
		return nil, false
	}
	if len(data) > maxKeyFile {
		p.General(msgHMACFileLarge, v.Name, path)
		return nil, false
	}
	return bytes.TrimRight(data, "\r\n"), true
}

func (r *Room) hmacActiveKey(p *reader.Pass, s *reader.Statement) {
	word := p.Need(s, 1)
	id, ok := p.Unsigned(word, 1, 255, reader.Strict)
	if !ok {
		p.General(msgHMACActiveKey, r.instance.Name, word)
		return
	}
	r.instance.hmac.ActiveKey = uint8(id)
}

func (r *Room) hmacTimeWindow(p *reader.Pass, s *reader.Statement) {
	word := p.Need(s, 1)
	n, ok := p.Unsigned(word, minWindow, maxWindow, reader.Strict)
	if !ok {
		p.General(msgHMACWindow, r.instance.Name, word, minWindow, maxWindow)
		return
	}
	h := r.instance.hmac
	h.TimeWindow, h.windowGiven = time.Duration(n)*time.Second, true
}

func (r *Room) hmacAntiReplay(p *reader.Pass, s *reader.Statement) {
	switch word := p.Need(s, 1); word {
	case "time", "monotonic":
		r.instance.hmac.Monotonic = word == "monotonic"
	default:
		p.General(msgHMACReplay, r.instance.Name, word)
	}
}

func (r *Room) hmacMode(p *reader.Pass, s *reader.Statement) {
	h := r.instance.hmac
	switch word := p.Need(s, 1); word {
	case "enforce":
		h.Mode = config.HMACEnforce
	case "permissive":
		h.Mode = config.HMACPermissive
	case "receive-only":
		h.Mode = config.HMACReceiveOnly
	default:
		p.General(msgHMACMode, r.instance.Name, word)
	}
}
