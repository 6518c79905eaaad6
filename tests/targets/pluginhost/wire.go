package main

import (
	"fmt"
	"strconv"
	"strings"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/descriptorpb"
)

// The messages as Grafana has them, written down here once more and not taken from the plugin: a wrong number on one
// side must not be made right by the same wrong number on the other. One message a line, one enumeration a line.
const pluginv2 = `
AppInstanceSettings: 3 jsonData bytes, 4 decryptedSecureJsonData map, 5 lastUpdatedMS int64, 6 apiVersion string
DataSourceInstanceSettings: 1 id int64, 2 name string, 3 url string, 4 user string, 5 database string, 6 basicAuthEnabled bool, 7 basicAuthUser string, 8 jsonData bytes, 9 decryptedSecureJsonData map, 10 lastUpdatedMS int64, 11 uid string, 12 apiVersion string
User: 1 login string, 2 name string, 3 email string, 4 role string
PluginContext: 1 orgId int64, 2 pluginId string, 3 user User, 4 appInstanceSettings AppInstanceSettings, 5 dataSourceInstanceSettings DataSourceInstanceSettings, 6 grafanaConfig map, 7 pluginVersion string, 8 userAgent string, 9 apiVersion string, 10 namespace string
StringList: 1 values []string
HeaderEntry: 1 key string, 2 value StringList
CallResourceRequest: 1 pluginContext PluginContext, 2 path string, 3 method string, 4 url string, 5 headers []HeaderEntry, 6 body bytes
CallResourceResponse: 1 code int32, 2 headers []HeaderEntry, 3 body bytes
TimeRange: 1 fromEpochMS int64, 2 toEpochMS int64
DataQuery: 1 refId string, 2 maxDataPoints int64, 3 intervalMS int64, 4 timeRange TimeRange, 5 json bytes, 6 queryType string
QueryDataRequest: 1 pluginContext PluginContext, 2 headers map, 3 queries []DataQuery, 4 format int32
DataResponse: 1 frames []bytes, 2 error string, 3 jsonMeta bytes, 4 status int32, 5 errorSource string, 6 format int32
ResponseEntry: 1 key string, 2 value DataResponse
QueryDataResponse: 1 responses []ResponseEntry
QueryChunkedDataRequest: 1 pluginContext PluginContext, 2 headers map, 3 queries []DataQuery, 4 format int32
QueryChunkedDataResponse: 1 refId string, 2 frameId string, 3 frame bytes, 4 error string, 5 status int32, 6 errorSource string, 7 format int32
CollectMetricsRequest: 1 pluginContext PluginContext
Payload: 1 prometheus bytes
CollectMetricsResponse: 1 metrics Payload
CheckHealthRequest: 1 pluginContext PluginContext, 2 headers map
CheckHealthResponse: 1 status int32, 2 message string, 3 jsonDetails bytes
SubscribeStreamRequest: 1 pluginContext PluginContext, 2 path string, 3 data bytes, 4 headers map
SubscribeStreamResponse: 1 status int32, 2 data bytes
RunStreamRequest: 1 pluginContext PluginContext, 2 path string, 3 data bytes, 4 headers map
StreamPacket: 1 data bytes
PublishStreamRequest: 1 pluginContext PluginContext, 2 path string, 3 data bytes, 4 headers map
PublishStreamResponse: 1 status int32, 2 data bytes
MapEntry: 1 key string, 2 value string
Nothing:
StdioData: 1 channel int32, 2 data bytes
`

// Methods by full name: request and response.
var methods = map[string][2]string{
	"/pluginv2.Resource/CallResource":            {"CallResourceRequest", "CallResourceResponse"},
	"/pluginv2.Data/QueryData":                   {"QueryDataRequest", "QueryDataResponse"},
	"/pluginv2.Data/QueryChunkedData":            {"QueryChunkedDataRequest", "QueryChunkedDataResponse"},
	"/pluginv2.Diagnostics/CheckHealth":          {"CheckHealthRequest", "CheckHealthResponse"},
	"/pluginv2.Diagnostics/CollectMetrics":       {"CollectMetricsRequest", "CollectMetricsResponse"},
	"/pluginv2.Stream/SubscribeStream":           {"SubscribeStreamRequest", "SubscribeStreamResponse"},
	"/pluginv2.Stream/RunStream":                 {"RunStreamRequest", "StreamPacket"},
	"/pluginv2.Stream/PublishStream":             {"PublishStreamRequest", "PublishStreamResponse"},
	"/pluginv2.AdmissionControl/MutateAdmission": {"Nothing", "Nothing"},
	"/plugin.GRPCStdio/StreamStdio":              {"Nothing", "StdioData"},
}

var scalars = map[string]descriptorpb.FieldDescriptorProto_Type{
	"string": descriptorpb.FieldDescriptorProto_TYPE_STRING,
	"bytes":  descriptorpb.FieldDescriptorProto_TYPE_BYTES,
	"bool":   descriptorpb.FieldDescriptorProto_TYPE_BOOL,
	"int32":  descriptorpb.FieldDescriptorProto_TYPE_INT32,
	"int64":  descriptorpb.FieldDescriptorProto_TYPE_INT64,
}

// describe turns the table into descriptors. A map travels as repeated entries, and is written so.
func describe() (protoreflect.FileDescriptor, error) {
	file := &descriptorpb.FileDescriptorProto{
		Name: proto.String("host.proto"), Package: proto.String("host"), Syntax: proto.String("proto3"),
	}
	for _, line := range strings.Split(strings.TrimSpace(pluginv2), "\n") {
		name, fields, _ := strings.Cut(line, ":")
		message := &descriptorpb.DescriptorProto{Name: proto.String(name)}
		for _, field := range strings.Split(fields, ",") {
			words := strings.Fields(field)
			if len(words) == 0 {
				continue
			}
			number, err := strconv.Atoi(words[0])
			if err != nil || len(words) != 3 {
				return nil, fmt.Errorf("%s: bad field %q", name, field)
			}
			message.Field = append(message.Field, describeField(int32(number), words[1], words[2]))
		}
		file.MessageType = append(file.MessageType, message)
	}
	return protodesc.NewFile(file, protoregistry.GlobalFiles)
}

func describeField(number int32, name, kind string) *descriptorpb.FieldDescriptorProto {
	field := &descriptorpb.FieldDescriptorProto{
		Name: proto.String(name), JsonName: proto.String(name), Number: proto.Int32(number),
		Label: descriptorpb.FieldDescriptorProto_LABEL_OPTIONAL.Enum(),
	}
	if kind == "map" {
		kind = "[]MapEntry"
	}
	if strings.HasPrefix(kind, "[]") {
		kind = kind[2:]
		field.Label = descriptorpb.FieldDescriptorProto_LABEL_REPEATED.Enum()
	}
	if scalar, ok := scalars[kind]; ok {
		field.Type = scalar.Enum()
	} else {
		field.Type = descriptorpb.FieldDescriptorProto_TYPE_MESSAGE.Enum()
		field.TypeName = proto.String(".host." + kind)
	}
	return field
}
