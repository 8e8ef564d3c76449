// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package sandbox

import (
	"bytes"
	"context"
	"net/http"
	"regexp"
	"time"
)

// slowPieces is in how many pieces a slow body arrives.
const slowPieces = 10

// Faults returns the faults that are armed, by their numbers.
func (s *Sandbox) Faults() map[int]Fault {
	s.faults.mu.Lock()
	defer s.faults.mu.Unlock()
	out := map[int]Fault{}
	for _, f := range s.faults.armed {
		out[f.id] = f.Fault
	}
	return out
}

// Disarm takes back the fault with a number, or all if it is 0, and says
// whether there was one.
func (s *Sandbox) Disarm(id int) bool {
	s.faults.mu.Lock()
	defer s.faults.mu.Unlock()
	var rest []*armedFault
	for _, f := range s.faults.armed {
		if id != 0 && f.id != id {
			rest = append(rest, f)
		}
	}
	found := len(rest) < len(s.faults.armed)
	s.faults.armed = rest
	return found
}

var templateName = regexp.MustCompile(`\{[^/{}]*\}`)

// pattern makes a pattern of a template.
func pattern(template string) string { return templateName.ReplaceAllLiteralString(template, "*") }

// kill ends what the sandbox is for, with the state as it is then on record.
func (s *Sandbox) kill(r *http.Request) {
	s.log.printf("killing at %s %s", r.Method, r.URL.Path)
	if err := s.SaveState(); err != nil {
		s.log.printf("%v", err)
	}
	if s.cfg.Kill != nil {
		s.cfg.Kill()
	}
}

// slowWriter holds an answer back.
type slowWriter struct {
	http.ResponseWriter
	body bytes.Buffer
}

func (w *slowWriter) Write(p []byte) (int, error) { return w.body.Write(p) }

// answerSlowly answers in pieces.
func (f Fault) answerSlowly(w http.ResponseWriter, r *http.Request, handle func(http.ResponseWriter)) {
	slow := &slowWriter{ResponseWriter: w}
	if f.Status != 0 {
		writeFault(slow, f)
	} else {
		handle(slow)
	}
	trickle(r.Context(), w, slow.body.Bytes(), f.SlowBody)
}

func trickle(ctx context.Context, w http.ResponseWriter, body []byte, d time.Duration) {
	flush := http.NewResponseController(w)
	for i := range slowPieces {
		_ = flush.Flush()
		pause(ctx, d/slowPieces)
		_, _ = w.Write(body[len(body)*i/slowPieces : len(body)*(i+1)/slowPieces])
	}
}
