package main

import (
	"fmt"
	"regexp"
	"strings"

	apps "k8s.io/api/apps/v1"
	core "k8s.io/api/core/v1"
	networking "k8s.io/api/networking/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/yaml"
)

// A decoded object and where it is from.
type object struct {
	file, text string
	value      meta.Object
}

type objects []object

var (
	separator = regexp.MustCompile(`(?m)^---\s*$`)
	dnsName   = regexp.MustCompile(`^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$`)
)

func decode(file rendered) (objects, error) {
	var all objects
	for _, text := range separator.Split(file.text, -1) {
		text = strings.TrimSpace(text)
		if text == "" {
			continue
		}
		var kind meta.TypeMeta
		if err := yaml.Unmarshal([]byte(text), &kind); err != nil {
			return nil, fmt.Errorf("%s: %w\n%s", file.name, err, text)
		}
		if kind.Kind == "" && onlyComments(text) {
			continue
		}
		value, err := newObject(kind)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file.name, err)
		}
		if err := yaml.UnmarshalStrict([]byte(text), value); err != nil {
			return nil, fmt.Errorf("%s: %w\n%s", file.name, err, text)
		}
		all = append(all, object{file.name, text, value})
	}
	return all, nil
}

func onlyComments(text string) bool {
	for _, line := range strings.Split(text, "\n") {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			return false
		}
	}
	return true
}

func newObject(kind meta.TypeMeta) (meta.Object, error) {
	switch kind.APIVersion + " " + kind.Kind {
	case "apps/v1 DaemonSet":
		return &apps.DaemonSet{}, nil
	case "apps/v1 Deployment":
		return &apps.Deployment{}, nil
	case "v1 Service":
		return &core.Service{}, nil
	case "v1 ServiceAccount":
		return &core.ServiceAccount{}, nil
	case "v1 PersistentVolumeClaim":
		return &core.PersistentVolumeClaim{}, nil
	case "networking.k8s.io/v1 NetworkPolicy":
		return &networking.NetworkPolicy{}, nil
	}
	return nil, fmt.Errorf("an object of kind '%s' of '%s' is not known here", kind.Kind, kind.APIVersion)
}

// check finds what Kubernetes would say only when the object is made, or never.
func (all objects) check() error {
	accounts := map[string]bool{}
	var pods []core.PodTemplateSpec
	for _, one := range all {
		name := one.value.GetName()
		if !dnsName.MatchString(name) {
			return fmt.Errorf("%s: '%s' is no name", one.file, name)
		}
		switch value := one.value.(type) {
		case *core.ServiceAccount:
			accounts[name] = true
		case *apps.DaemonSet:
			if err := checkPod(one.file, value.Spec.Template, value.Spec.Selector.MatchLabels); err != nil {
				return err
			}
			pods = append(pods, value.Spec.Template)
		case *apps.Deployment:
			if err := checkPod(one.file, value.Spec.Template, value.Spec.Selector.MatchLabels); err != nil {
				return err
			}
			pods = append(pods, value.Spec.Template)
		}
	}
	for _, pod := range pods {
		if !accounts[pod.Spec.ServiceAccountName] {
			return fmt.Errorf("there is no service account '%s'", pod.Spec.ServiceAccountName)
		}
	}
	for _, one := range all {
		switch value := one.value.(type) {
		case *core.Service:
			if !anyMatches(pods, value.Spec.Selector) {
				return fmt.Errorf("%s selects no pod", one.file)
			}
		case *networking.NetworkPolicy:
			if !anyMatches(pods, value.Spec.PodSelector.MatchLabels) {
				return fmt.Errorf("%s selects no pod", one.file)
			}
		}
	}
	return nil
}

func checkPod(file string, pod core.PodTemplateSpec, selector map[string]string) error {
	if !matches(pod.Labels, selector) {
		return fmt.Errorf("%s: its selector does not match its own pods", file)
	}
	volumes := map[string]bool{}
	for _, volume := range pod.Spec.Volumes {
		if volumes[volume.Name] || !dnsName.MatchString(volume.Name) {
			return fmt.Errorf("%s: volume '%s' is there twice, or is no name", file, volume.Name)
		}
		volumes[volume.Name] = true
	}
	for _, container := range pod.Spec.Containers {
		ports := map[string]bool{}
		for _, port := range container.Ports {
			ports[port.Name] = true
		}
		for _, mount := range container.VolumeMounts {
			if !volumes[mount.Name] {
				return fmt.Errorf("%s: there is no volume '%s' to mount", file, mount.Name)
			}
		}
		for _, probe := range []*core.Probe{container.ReadinessProbe, container.LivenessProbe} {
			if probe != nil && probe.TCPSocket != nil && !ports[probe.TCPSocket.Port.String()] {
				return fmt.Errorf("%s: a probe asks the unknown port '%s'", file, probe.TCPSocket.Port.String())
			}
			if probe != nil && probe.HTTPGet != nil && !ports[probe.HTTPGet.Port.String()] {
				return fmt.Errorf("%s: a probe asks the unknown port '%s'", file, probe.HTTPGet.Port.String())
			}
		}
	}
	return nil
}

func anyMatches(pods []core.PodTemplateSpec, selector map[string]string) bool {
	for _, pod := range pods {
		if matches(pod.Labels, selector) {
			return true
		}
	}
	return false
}

func matches(labels, selector map[string]string) bool {
	for key, value := range selector {
		if labels[key] != value {
			return false
		}
	}
	return len(selector) > 0
}
