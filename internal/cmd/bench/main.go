// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

// Command bench measures the budgets of the design with the real Terraform in
// the sandbox: calls of a refresh, the time of validate and plan, and how fast
// the sandbox itself answers. It prints each figure beside its budget, and exits
// 1 if one is over.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"text/tabwriter"
	"time"

	"github.com/hardbricks/terraform-provider-hardbricks/internal/sandbox"
)

// latency is what each answer of Databricks takes in the plans that are timed.
const latency = 150 * time.Millisecond

func main() {
	large := flag.Bool("large", false, "also measure 100 workspaces, which takes minutes")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Stdout, *large)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// figure is one measurement with its budget, both in the same unit.
type figure struct {
	what        string
	got, budget float64
	unit        string
}

func run(ctx context.Context, out io.Writer, large bool) error {
	sb, err := sandbox.Start(ctx, sandbox.Config{ProvisionTime: time.Second})
	if err != nil {
		return err
	}
	defer func() { _ = sb.Close() }()
	figures, err := answers(ctx, sb)
	if err != nil {
		return err
	}
	b, err := newBench(ctx, sb)
	if err != nil {
		return err
	}
	defer b.close()
	more, err := b.invalid(ctx)
	if err != nil {
		return err
	}
	figures = append(figures, more...)
	list, err := b.longList(ctx)
	if err != nil {
		return err
	}
	figures = append(figures, list)
	sizes := []int{1, 10, 25}
	if large {
		sizes = append(sizes, 100)
	}
	for _, n := range sizes {
		_, _ = fmt.Fprintf(os.Stderr, "bench: %d workspaces\n", n)
		more, err := b.refresh(ctx, n)
		if err != nil {
			return err
		}
		figures = append(figures, more...)
	}
	return report(out, figures)
}

// report prints the figures and fails if one is over its budget.
func report(out io.Writer, figures []figure) error {
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	_, _ = fmt.Fprintln(table, "what\tfigure\tbudget\tunit\t")
	over := false
	for _, f := range figures {
		mark := ""
		if f.got > f.budget {
			mark, over = "over", true
		}
		_, _ = fmt.Fprintf(table, "%s\t%.4g\t%.4g\t%s\t%s\n", f.what, f.got, f.budget, f.unit, mark)
	}
	if err := table.Flush(); err != nil {
		return err
	}
	if over {
		return errors.New("a figure is over its budget")
	}
	return nil
}
