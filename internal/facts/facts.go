// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

// Package facts holds what is true of AWS regions and Databricks pricing tiers,
// as embedded data with source and date. Rules read decisions from here, so
// that a fact stands in one place.
package facts

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"slices"
	"sync"
)

// Decision says whether a feature may be used in a region.
type Decision string

// The decisions that the region facts know.
const (
	Supported Decision = "supported"
	Refused   Decision = "refused"
	Undecided Decision = "unknown"
)

// PrivateLink holds the full AWS service names of a region's PrivateLink
// endpoint services; both are empty where the region has none.
type PrivateLink struct {
	RestAPI        string `json:"rest_api"`
	DataplaneRelay string `json:"dataplane_relay"`
}

// Feature is the decision on one feature in one region, with its reason where
// the sources disagree.
type Feature struct {
	Decision Decision `json:"decision"`
	Reason   string   `json:"reason"`
}

// Region is what is known of one AWS region.
type Region struct {
	Name                string
	Supported           bool        `json:"supported"`
	Partition           string      `json:"partition"`
	CustomerManagedKeys Feature     `json:"customer_managed_keys"`
	PrivateLink         PrivateLink `json:"privatelink"`
}

type regionFile struct {
	AsOf    string            `json:"as_of"`
	Sources map[string]string `json:"sources"`
	Regions map[string]Region `json:"regions"`
}

//go:embed regions.json
var regionData []byte

var regions = sync.OnceValue(func() regionFile { return decode[regionFile](regionData, "regions.json") })

// Lookup returns the facts of an AWS region by its name, and whether the region
// is known at all.
func Lookup(region string) (Region, bool) {
	r, ok := regions().Regions[region]
	r.Name = region
	return r, ok
}

// SupportedRegions returns the names of all regions that can hold a Databricks
// workspace, sorted.
func SupportedRegions() []string {
	var names []string
	for name, r := range regions().Regions {
		if r.Supported {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// RegionsAsOf returns the date (YYYY-MM-DD) of the region facts.
func RegionsAsOf() string { return regions().AsOf }

// decode panics on malformed data: the file is compiled in, and a test reads it.
func decode[T any](data []byte, name string) T {
	var v T
	if err := json.Unmarshal(data, &v); err != nil {
		panic(fmt.Sprintf("facts: embedded %s: %v", name, err))
	}
	return v
}
