{{- define "sideeye.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 40 | trimSuffix "-" -}}
{{- end -}}

{{- define "sideeye.fullname" -}}
{{- $name := include "sideeye.name" . -}}
{{- if contains $name .Release.Name -}}
{{- .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" (.Release.Name | trunc 20 | trimSuffix "-") $name | trunc 40 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{/* The selector of one component: (list $ "agent"). */}}
{{- define "sideeye.selector" -}}
{{- $root := index . 0 -}}
app.kubernetes.io/name: {{ include "sideeye.name" $root }}
app.kubernetes.io/instance: {{ $root.Release.Name }}
app.kubernetes.io/component: {{ index . 1 }}
{{- end -}}

{{- define "sideeye.labels" -}}
{{- $root := index . 0 -}}
{{ include "sideeye.selector" . }}
app.kubernetes.io/version: {{ $root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ $root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" $root.Chart.Name $root.Chart.Version }}
{{- end -}}

{{/* An image: (list $ .Values.agent.image). */}}
{{- define "sideeye.image" -}}
{{- $image := index . 1 -}}
{{ printf "%s:%s" $image.repository (default (index . 0).Chart.AppVersion $image.tag) }}
{{- end -}}

{{/* Nothing is rendered for agents that would be open to anybody by mistake. */}}
{{- define "sideeye.checkAuth" -}}
{{- if not .Values.auth.insecure -}}
{{- $_ := required "auth.tokenSecret: name a Secret with the token of agents, or say auth.insecure=true" .Values.auth.tokenSecret -}}
{{- $_ := required "auth.tlsSecret: name a Secret with the certificate of agents, or say auth.insecure=true" .Values.auth.tlsSecret -}}
{{- if .Values.serve.enabled -}}
{{- $_ := required "auth.callersSecret: name a Secret with the tokens of callers, or say auth.insecure=true" .Values.auth.callersSecret -}}
{{- $_ := required "auth.serveTlsSecret: name a Secret with the certificate of the control plane, or say auth.insecure=true" .Values.auth.serveTlsSecret -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* Where the control plane listens in its pod, whatever its service's port. */}}
{{- define "sideeye.servePort" -}}7463{{- end -}}
