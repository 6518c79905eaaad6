// Command chart renders a Helm chart as Helm does, checks its values against its schema, and decodes every rendered
// object strictly into Kubernetes' own types: an unknown or doubled field is an error. What it prints is what would be
// installed, with the notes at the end.
//
// usage: chart FOLDER RELEASE NAMESPACE [VALUES.yaml...]
package main

import (
	"fmt"
	"os"
)

func main() {
	if len(os.Args) < 4 {
		fmt.Fprintln(os.Stderr, "usage: chart FOLDER RELEASE NAMESPACE [VALUES.yaml...]")
		os.Exit(2)
	}
	if err := run(os.Args[1], os.Args[2], os.Args[3], os.Args[4:]); err != nil {
		fmt.Fprintln(os.Stderr, "chart:", err)
		os.Exit(1)
	}
}

func run(folder, release, namespace string, valueFiles []string) error {
	chart, err := load(folder, valueFiles)
	if err != nil {
		return err
	}
	files, err := chart.render(release, namespace)
	if err != nil {
		return err
	}
	var all objects
	notes := ""
	for _, file := range files {
		if file.isNotes {
			notes = file.text
			continue
		}
		found, err := decode(file)
		if err != nil {
			return err
		}
		all = append(all, found...)
	}
	if err := all.check(); err != nil {
		return err
	}
	for _, object := range all {
		fmt.Printf("---\n# %s\n%s\n", object.file, object.text)
	}
	fmt.Printf("---\n# NOTES.txt\n%s", notes)
	return nil
}
