// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"time"
)

// refusedRule is the rule that refuses customer-managed keys in us-west-1.
const refusedRule = "HB-REG-002"

// act is one part of the demo. It returns an error if something came out
// differently from what the title promises.
type act struct {
	title string
	play  func(context.Context, *players) error
}

// players are what the acts work with.
type players struct {
	stage
	out       io.Writer
	terraform cli
}

func acts() []act {
	return []act{
		{"One apply, from nothing to a hardened workspace", applies},
		{"What there is now, as read back from the workspace", shows},
		{"A second plan is empty, and what is insecure is refused before anything is called", plans},
		{"Destroyed only on purpose, and nothing left", destroys},
	}
}

// play plays the acts, and prints how long each took.
func play(ctx context.Context, st stage, out io.Writer) error {
	p := &players{stage: st, out: out, terraform: cli{dir: st.example(), cliConfig: st.cliConfig(), out: out}}
	var times strings.Builder
	for i, a := range acts() {
		begin := time.Now()
		heading(out, fmt.Sprintf("Act %d. %s", i+1, a.title))
		if err := a.play(ctx, p); err != nil {
			return fmt.Errorf("act %d: %w", i+1, err)
		}
		took(out, begin)
		fmt.Fprintf(&times, "  act %d  %6s\n", i+1, seconds(time.Since(begin)))
	}
	heading(out, "Times")
	_, err := io.WriteString(out, times.String())
	return err
}

// quote prints what Terraform had to say beside doing its work.
func (p *players) quote(r result) {
	if text := diagnostics(r.output); text != "" {
		say(p.out, "\n"+text+"\n")
	}
}

func applies(ctx context.Context, p *players) error {
	if _, err := p.terraform.expect(ctx, 0, nothing, "init"); err != nil {
		return err
	}
	// Applying a saved plan leaves out the plan's text, which is long.
	planned, err := p.terraform.expect(ctx, 0, summary, "plan", "-out=plan")
	if err != nil {
		return err
	}
	p.quote(planned)
	r, err := p.terraform.expect(ctx, 0, progress, "apply", "plan")
	if err != nil {
		return err
	}
	say(p.out, fmt.Sprintf("Applied in %s, of which Databricks needed %s to provide the workspace.", seconds(r.took), seconds(provisionTime)))
	return nil
}

func shows(ctx context.Context, p *players) error {
	var found outputs
	if err := p.terraform.outputs(ctx, &found); err != nil {
		return err
	}
	calls, err := p.calls()
	if err != nil {
		return err
	}
	found.print(p.out)
	calls.print(p.out)
	return found.check()
}

func plans(ctx context.Context, p *players) error {
	if _, err := p.terraform.expect(ctx, 0, summary, "plan", "-detailed-exitcode"); err != nil {
		return fmt.Errorf("a second plan must be empty: %w", err)
	}
	before, err := p.calls()
	if err != nil {
		return err
	}
	refusal, err := p.refuses(ctx, p.refused(), "validate")
	if err != nil {
		return err
	}
	p.quote(refusal)
	say(p.out, fmt.Sprintf("Refused with status 1 in %s. Now with the region in a variable, whose value only a plan knows:", seconds(refusal.took)))
	if refusal, err = p.refuses(ctx, filepath.Join(p.refused(), "variable"), "plan"); err != nil {
		return err
	}
	say(p.out, fmt.Sprintf("Refused with status 1 and the same words in %s.", seconds(refusal.took)))
	after, err := p.calls()
	if err != nil {
		return err
	}
	called := after.databricks() - before.databricks()
	say(p.out, fmt.Sprintf("Calls to Databricks in the meantime: %d.", called))
	if called != 0 {
		return fmt.Errorf("refusing made %d calls to Databricks", called)
	}
	return nil
}

// refuses runs a command that the rule must stop.
func (p *players) refuses(ctx context.Context, dir, verb string) (result, error) {
	terraform := p.terraform
	terraform.dir = dir
	if _, err := terraform.expect(ctx, 0, nothing, "init"); err != nil {
		return result{}, err
	}
	r, err := terraform.expect(ctx, 1, nothing, verb)
	if err == nil && !strings.Contains(r.output, refusedRule) {
		err = fmt.Errorf("terraform %s was refused, but not by %s:\n%s", verb, refusedRule, r.output)
	}
	return r, err
}

func destroys(ctx context.Context, p *players) error {
	r, err := p.terraform.expect(ctx, 1, nothing, "destroy", "-auto-approve")
	if err != nil {
		return err
	}
	p.quote(r)
	if !strings.Contains(r.output, "deletion_protection") {
		return fmt.Errorf("terraform destroy failed, but not for deletion_protection:\n%s", r.output)
	}
	say(p.out, "Refused, as deletion protection is on. Turned off in an apply of its own:")
	const off = "-var=deletion_protection=false"
	if _, err := p.terraform.expect(ctx, 0, progress, "apply", "-auto-approve", off); err != nil {
		return err
	}
	if _, err := p.terraform.expect(ctx, 0, progress, "destroy", "-auto-approve", off); err != nil {
		return err
	}
	left, err := p.terraform.expect(ctx, 0, nothing, "state", "list")
	if err != nil {
		return err
	}
	if names := strings.TrimSpace(left.output); names != "" {
		return fmt.Errorf("the state still holds:\n%s", names)
	}
	return p.nothingLeft(ctx)
}
