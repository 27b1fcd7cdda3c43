// Only writes goreleaser.yaml with less in it, for what takes a whole release too long:
//
//	go run ./packaging/only linux_amd64 umbra > .cache/goreleaser.yaml
//
// The first argument names targets, the second flavours, both separated by commas.
// What has nothing left to build from goes, too. A third one names formats of
// packages; then nothing else is made, in .cache/dist.
package main

import (
	"fmt"
	"log"
	"os"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

func main() {
	log.SetFlags(0)
	log.SetPrefix("only: ")
	if len(os.Args) != 3 && len(os.Args) != 4 {
		log.Fatal("say which targets and flavours: go run ./packaging/only linux_amd64,linux_arm64 umbra,umbra-postgres [deb,rpm,apk]")
	}
	var formats []string
	if len(os.Args) == 4 {
		formats = strings.Split(os.Args[3], ",")
	}
	whole, err := os.ReadFile("goreleaser.yaml")
	if err != nil {
		log.Fatal(err)
	}
	less, err := only(whole, strings.Split(os.Args[1], ","), strings.Split(os.Args[2], ","), formats)
	if err != nil {
		log.Fatal(err)
	}
	if _, err := os.Stdout.Write(less); err != nil {
		log.Fatal(err)
	}
}

// only leaves these targets of these flavours in a release, and where formats are
// named only packages in those.
func only(whole []byte, targets, flavours, formats []string) ([]byte, error) {
	var release map[string]any
	if err := yaml.Unmarshal(whole, &release); err != nil {
		return nil, err
	}
	var oses []string
	builds := kept(release, "builds", func(build map[string]any) bool {
		left := slices.DeleteFunc(texts(build["targets"]), func(t string) bool { return !slices.Contains(targets, t) })
		build["targets"] = left
		for _, t := range left {
			system, _, _ := strings.Cut(t, "_")
			oses = append(oses, system)
		}
		return len(left) > 0 && slices.Contains(flavours, text(build["id"]))
	})
	if builds == 0 {
		return nil, fmt.Errorf("goreleaser.yaml builds no %s for %s", strings.Join(flavours, ", "), strings.Join(targets, ", "))
	}
	ours := func(part map[string]any) bool {
		return slices.ContainsFunc(texts(part["ids"]), func(id string) bool { return slices.Contains(flavours, id) })
	}
	kept(release, "archives", ours)
	kept(release, "sboms", ours)
	kept(release, "nfpms", func(part map[string]any) bool {
		if formats != nil {
			part["formats"] = slices.DeleteFunc(texts(part["formats"]), func(f string) bool { return !slices.Contains(formats, f) })
		}
		return ours(part) && slices.Contains(oses, "linux")
	})
	kept(release, "homebrew_casks", func(part map[string]any) bool { return ours(part) && slices.Contains(oses, "darwin") })
	if formats != nil {
		release["dist"] = ".cache/dist"
		release["archives"] = []any{map[string]any{"formats": []string{"none"}}}
		for _, part := range []string{"sboms", "homebrew_casks", "checksum", "signs"} {
			delete(release, part)
		}
	}
	return yaml.Marshal(release)
}

// kept takes the parts out of a list that want does not want, and says how many are left.
func kept(release map[string]any, list string, want func(part map[string]any) bool) int {
	parts, _ := release[list].([]any)
	parts = slices.DeleteFunc(parts, func(p any) bool {
		part, ok := p.(map[string]any)
		return !ok || !want(part)
	})
	if release[list] = parts; len(parts) == 0 {
		delete(release, list)
	}
	return len(parts)
}

func texts(list any) []string {
	values, _ := list.([]any)
	out := make([]string, len(values))
	for i, v := range values {
		out[i] = text(v)
	}
	return out
}

func text(v any) string {
	s, _ := v.(string)
	return s
}
