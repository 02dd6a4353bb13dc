{{- define "piecework.fullname" -}}
{{- if contains "piecework" .Release.Name }}{{ .Release.Name | trunc 50 | trimSuffix "-" }}{{ else }}{{ printf "%s-piecework" .Release.Name | trunc 50 | trimSuffix "-" }}{{ end }}
{{- end }}

{{- define "piecework.labels" -}}
app.kubernetes.io/name: piecework
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end }}

{{/* Labels that select the pods of one component: (list $ "app"). */}}
{{- define "piecework.selector" -}}
app.kubernetes.io/name: piecework
app.kubernetes.io/instance: {{ (index . 0).Release.Name }}
app.kubernetes.io/component: {{ index . 1 }}
{{- end }}

{{- define "piecework.image" -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end }}

{{- define "piecework.secret" -}}
{{ .Values.existingSecret | default (include "piecework.fullname" .) }}
{{- end }}

{{/* A variable from a secret of the operator, or from the one of this chart. */}}
{{- define "piecework.password" -}}
- name: {{ .name }}
  valueFrom:
    secretKeyRef:
      name: {{ .external.name | default .own }}
      key: {{ ternary .external.key .name (ne .external.name "") }}
{{- end }}

{{- define "piecework.env" -}}
{{- range $name, $value := .Values.env }}
- name: {{ $name }}
  value: {{ $value | quote }}
{{- end }}
{{- end }}

{{- define "piecework.secretEnv" -}}
- name: {{ .name }}
  valueFrom:
    secretKeyRef:
      name: {{ .secret }}
      key: {{ .name }}
      {{- if .optional }}
      optional: true
      {{- end }}
{{- end }}
