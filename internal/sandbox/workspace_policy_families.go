// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package sandbox

import (
	"maps"
	"slices"
	"strconv"
	"strings"
)

const familyPath = "/api/2.0/policy-families"

// policyFamily is a policy that Databricks provides. Their definitions are not
// on record (?): these hold what their names promise, and no more.
type policyFamily struct {
	ID          string `json:"policy_family_id"`
	Name        string `json:"name"`
	Description string `json:"description"`
	Definition  string `json:"definition"`
}

var policyFamilies = map[string]policyFamily{
	"personal-vm": {
		ID: "personal-vm", Name: "Personal Compute", Description: "Use with small-to-medium data or libraries like pandas.",
		Definition: `{"cluster_type":{"type":"fixed","value":"all-purpose"},"num_workers":{"type":"fixed","value":0,"hidden":true}}`,
	},
	"shared-compute": {
		ID: "shared-compute", Name: "Shared Compute", Description: "Allow users to share compute resources.",
		Definition: `{"cluster_type":{"type":"fixed","value":"all-purpose"},"data_security_mode":{"type":"fixed","value":"USER_ISOLATION","hidden":true}}`,
	},
	"power-user": {
		ID: "power-user", Name: "Power User Compute", Description: "Use with larger data or more complex computation.",
		Definition: `{"cluster_type":{"type":"fixed","value":"all-purpose"},"data_security_mode":{"type":"fixed","value":"SINGLE_USER","hidden":true}}`,
	},
	"job-cluster": {
		ID: "job-cluster", Name: "Job Compute", Description: "Use general compute to run jobs.",
		Definition: `{"cluster_type":{"type":"fixed","value":"job"},"spark_conf.spark.databricks.cluster.profile":{"type":"forbidden","hidden":true}}`,
	},
}

// defaultPolicies are there in every workspace, one for each family.
func defaultPolicies() []*clusterPolicy {
	var out []*clusterPolicy
	for _, id := range slices.Sorted(maps.Keys(policyFamilies)) {
		family := policyFamilies[id]
		out = append(out, &clusterPolicy{
			PolicyID: strings.ToUpper(randomHex(8)), IsDefault: true,
			policyFields: policyFields{Name: family.Name, Description: family.Description, Definition: family.Definition, FamilyID: id},
		})
	}
	return out
}

func listFamilies(c *call) (any, error) {
	var all []policyFamily
	for _, id := range slices.Sorted(maps.Keys(policyFamilies)) {
		all = append(all, policyFamilies[id])
	}
	page, next, err := pageOf(c, all, "max_results")
	if err != nil {
		return nil, err
	}
	return withNext(map[string]any{"policy_families": page}, next), nil
}

func getFamily(c *call) (any, error) {
	id := c.r.PathValue("policy_family_id")
	if family, ok := policyFamilies[id]; ok {
		return family, nil
	}
	return nil, doesNotExist("Policy family %s does not exist", id)
}

// pageOf cuts a page out of a list; the token is where the next one begins.
func pageOf[T any](c *call, all []T, size string) (page []T, next string, err error) {
	query := c.r.URL.Query()
	start, length := 0, len(all)
	if raw := query.Get("page_token"); raw != "" {
		if start, err = strconv.Atoi(raw); err != nil || start < 0 || start > len(all) {
			return nil, "", invalidParameter("page_token is not valid")
		}
	}
	if raw := query.Get(size); raw != "" {
		n, err := strconv.Atoi(raw)
		if err != nil || n < 0 || n > 1000 {
			return nil, "", invalidParameter("%s must be a number from 0 to 1000", size)
		}
		if n > 0 {
			length = n
		}
	}
	end := min(start+length, len(all))
	if end < len(all) {
		next = strconv.Itoa(end)
	}
	return all[start:end], next, nil
}

func withNext(answer map[string]any, next string) map[string]any {
	if next != "" {
		answer["next_page_token"] = next
	}
	return answer
}
