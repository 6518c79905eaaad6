package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"text/template"

	"github.com/Masterminds/sprig/v3"
	"github.com/xeipuuv/gojsonschema"
	"sigs.k8s.io/yaml"
)

// What a chart is made of.
type chart struct {
	folder string
	meta   map[string]any
	values map[string]any
}

// A rendered file.
type rendered struct {
	name    string
	text    string
	isNotes bool
}

func load(folder string, valueFiles []string) (*chart, error) {
	meta, err := readYAML(filepath.Join(folder, "Chart.yaml"))
	if err != nil {
		return nil, err
	}
	values, err := readYAML(filepath.Join(folder, "values.yaml"))
	if err != nil {
		return nil, err
	}
	for _, file := range valueFiles {
		more, err := readYAML(file)
		if err != nil {
			return nil, err
		}
		values = merge(values, more)
	}
	schema, err := os.ReadFile(filepath.Join(folder, "values.schema.json"))
	if err != nil {
		return nil, err
	}
	result, err := gojsonschema.Validate(gojsonschema.NewBytesLoader(schema), gojsonschema.NewGoLoader(values))
	if err != nil {
		return nil, fmt.Errorf("values.schema.json: %w", err)
	}
	if !result.Valid() {
		var problems []string
		for _, problem := range result.Errors() {
			problems = append(problems, problem.String())
		}
		return nil, errors.New("values do not fit values.schema.json: " + strings.Join(problems, "; "))
	}
	return &chart{folder, meta, values}, nil
}

func readYAML(file string) (map[string]any, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	result := map[string]any{}
	if err := yaml.UnmarshalStrict(text, &result); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return result, nil
}

// merge lays more over values: mappings are merged, everything else is replaced, and null takes a key away.
func merge(values, more map[string]any) map[string]any {
	result := map[string]any{}
	for key, value := range values {
		result[key] = value
	}
	for key, value := range more {
		before, isMap := result[key].(map[string]any)
		after, isToo := value.(map[string]any)
		switch {
		case value == nil:
			delete(result, key)
		case isMap && isToo:
			result[key] = merge(before, after)
		default:
			result[key] = value
		}
	}
	return result
}

func (c *chart) render(release, namespace string) ([]rendered, error) {
	root := template.New("chart").Option("missingkey=zero")
	root.Funcs(functions(root))
	var names []string
	templates := filepath.Join(c.folder, "templates")
	err := filepath.WalkDir(templates, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		name, _ := filepath.Rel(c.folder, path)
		names = append(names, name)
		_, err = root.New(name).Parse(string(text))
		return err
	})
	if err != nil {
		return nil, err
	}
	sort.Strings(names)
	var files []rendered
	for _, name := range names {
		if strings.HasPrefix(filepath.Base(name), "_") {
			continue
		}
		var out bytes.Buffer
		if err := root.ExecuteTemplate(&out, name, c.scope(name, release, namespace)); err != nil {
			return nil, err
		}
		text := strings.ReplaceAll(out.String(), "<no value>", "")
		files = append(files, rendered{name, text, filepath.Base(name) == "NOTES.txt"})
	}
	return files, nil
}

func (c *chart) scope(name, release, namespace string) map[string]any {
	return map[string]any{
		"Values": c.values,
		"Chart": map[string]any{
			"Name": c.meta["name"], "Version": c.meta["version"], "AppVersion": c.meta["appVersion"],
		},
		"Release": map[string]any{
			"Name": release, "Namespace": namespace, "Service": "Helm", "IsInstall": true, "Revision": 1,
		},
		"Template": map[string]any{"Name": name, "BasePath": "templates"},
	}
}

func functions(root *template.Template) template.FuncMap {
	all := sprig.TxtFuncMap()
	delete(all, "env")
	delete(all, "expandenv")
	all["toYaml"] = func(value any) (string, error) {
		text, err := yaml.Marshal(value)
		return strings.TrimSuffix(string(text), "\n"), err
	}
	all["include"] = func(name string, data any) (string, error) {
		var out strings.Builder
		err := root.ExecuteTemplate(&out, name, data)
		return out.String(), err
	}
	all["required"] = func(message string, value any) (any, error) {
		if value == nil || value == "" {
			return nil, errors.New(message)
		}
		return value, nil
	}
	return all
}
