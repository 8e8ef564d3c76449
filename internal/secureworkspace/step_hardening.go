// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package secureworkspace

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/hardbricks/terraform-provider-hardbricks/internal/baseline"
	"github.com/hardbricks/terraform-provider-hardbricks/internal/databricks"
	"github.com/hardbricks/terraform-provider-hardbricks/internal/steps"
)

// addressesStep makes the IP access lists what is declared, before they are
// enforced: new and changed lists first, then those that are not declared go,
// so that nobody who is allowed in the end is locked out in between.
func (r *run) addressesStep(after ...string) steps.Step {
	var plan listChanges
	return steps.Step{
		ID: stepAddresses, After: after, Skip: r.declared.IPAccess.IsNull() || !r.reachesWorkspace(),
		Observe: func(ctx context.Context) (steps.Observation, error) {
			w, err := r.client()
			if err != nil {
				return steps.Observation{}, err
			}
			lists, err := w.IPAccessLists(ctx)
			plan = compareLists(wantedLists(r.declared), lists)
			return steps.Observation{Converged: plan.empty()}, err
		},
		Ensure: func(ctx context.Context) (steps.Observation, error) {
			w, err := r.client()
			if err != nil {
				return steps.Observation{}, err
			}
			return steps.Observation{}, plan.apply(ctx, w)
		},
	}
}

// enforcementStep turns enforcement on or off, after the lists are right.
func (r *run) enforcementStep(after ...string) steps.Step {
	access, _ := r.declared.IPAccess.Get()
	enforced, _ := access.Enforced.Get()
	want := fmt.Sprint(enforced)
	return steps.Step{
		ID: stepEnforcement, After: after, Skip: r.declared.IPAccess.IsNull() || !r.reachesWorkspace(),
		Observe: func(ctx context.Context) (steps.Observation, error) {
			w, err := r.client()
			if err != nil {
				return steps.Observation{}, err
			}
			conf, err := w.Conf(ctx, []string{baseline.IPAccessListsConf})
			return steps.Observation{Converged: strings.EqualFold(conf[baseline.IPAccessListsConf], want)}, err
		},
		Ensure: func(ctx context.Context) (steps.Observation, error) {
			w, err := r.client()
			if err != nil {
				return steps.Observation{}, err
			}
			return steps.Observation{}, w.SetConf(ctx, baseline.IPAccessListsConf, want)
		},
	}
}

// baselineStep writes the settings that are not what is declared, each by
// itself, so that one that the workspace refuses does not keep the others back.
func (r *run) baselineStep(after ...string) steps.Step {
	var differing []baseline.Setting
	return steps.Step{
		ID: stepBaseline, After: after, Skip: !r.reachesWorkspace(),
		Observe: func(ctx context.Context) (steps.Observation, error) {
			w, err := r.client()
			if err != nil {
				return steps.Observation{}, err
			}
			seen, err := observeSettings(ctx, w)
			differing = r.differing(seen)
			return steps.Observation{Converged: len(differing) == 0}, err
		},
		Ensure: func(ctx context.Context) (steps.Observation, error) {
			w, err := r.client()
			if err != nil {
				return steps.Observation{}, err
			}
			var failed []error
			for _, s := range differing {
				if err := writeSetting(ctx, w, s, text(r.declared.Baseline[s.Key])); err != nil {
					failed = append(failed, fmt.Errorf("setting %s could not be written: %w", s.Key, err))
				}
			}
			return steps.Observation{}, errors.Join(failed...)
		},
	}
}

// differing returns the managed settings whose value is not certainly what is
// declared.
func (r *run) differing(seen observed) []baseline.Setting {
	var all []baseline.Setting
	for _, s := range baseline.Settings() {
		want, managed := r.declared.Baseline[s.Key].Get()
		got, known := seen.value(s)
		if managed && (!known || got != want) {
			all = append(all, s)
		}
	}
	return all
}

func writeSetting(ctx context.Context, w *databricks.Workspace, s baseline.Setting, value string) error {
	if api := s.Store.API; api != nil {
		return w.SetSetting(ctx, api.Type, api.Payload, api.Field, api.Wire[value])
	}
	return w.SetConf(ctx, s.Store.ConfKey, value)
}

// verifyStep reads everything back over a connection of its own, as a newcomer
// would see it. Writes may take a moment to be read back; what still differs
// after that is a failure, never a silence.
func (r *run) verifyStep(after ...string) steps.Step {
	look := func(ctx context.Context) (bool, string, error) {
		if err := r.observeAll(ctx, true); err != nil {
			return false, "", err
		}
		drifted := r.assess().withStatus(drifted)
		return len(drifted) == 0, "not as declared: " + strings.Join(drifted, ", "), nil
	}
	return steps.Step{
		ID: stepVerify, After: after,
		Observe: func(ctx context.Context) (steps.Observation, error) {
			converged, _, err := look(ctx)
			return steps.Observation{Converged: converged}, err
		},
		Ensure: func(ctx context.Context) (steps.Observation, error) {
			return steps.Observation{}, steps.Until(ctx, r.clock, settling, look)
		},
	}
}
