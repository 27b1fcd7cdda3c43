package main

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"umbra/packaging/carried"
)

// Everything that a program carries is told with its licence: modules of Go, packages
// of the interface, those that are taken over whole, and PostgreSQL.
func TestLicences(t *testing.T) {
	t.Chdir("../..")
	b, err := licences()
	if err != nil {
		t.Fatal(err)
	}
	line := strings.Repeat("=", 80)
	parts := regexp.MustCompile("(?m)^"+line+"\n(.+)\n"+line+"\n").FindAllStringSubmatchIndex(string(b), -1)
	told := map[string]string{}
	for i, p := range parts {
		end := len(b)
		if i+1 < len(parts) {
			end = parts[i+1][0]
		}
		told[string(b[p[2]:p[3]])] = string(b[p[1]:end])
	}
	npm, err := carried.Packages()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range npm {
		if text := told[p.Name+" "+p.Version+" ("+p.License+"), in the interface"]; !strings.Contains(text, p.Text) {
			t.Errorf("%s has no licence, or another", p.Name)
		}
	}
	for name, words := range map[string]string{
		"svelte ":                   "Permission is hereby granted, free of charge",
		"redoc ":                    "mobx-react, of which code is in the bundle:\n\nThe MIT License",
		"swagger-ui-dist ":          "immutable, inherits, ",
		"world-atlas ":              "Permission to use, copy, modify",
		"github.com/go-chi/chi/v5 ": "Permission is hereby granted, free of charge",
		"Go, its standard library":  "Redistribution and use in source and binary forms",
		"PostgreSQL, in the build":  "PostgreSQL Global Development Group",
	} {
		if !slices.ContainsFunc(slices.Collect(maps.Keys(told)), func(k string) bool { return strings.HasPrefix(k, name) && strings.Contains(told[k], words) }) {
			t.Errorf("%s is not told with %q", name, words)
		}
	}
	for name, text := range told {
		if len(strings.TrimSpace(text)) < 40 {
			t.Errorf("of %s there is only %q", name, text)
		}
	}
}
