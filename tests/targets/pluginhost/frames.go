package main

import (
	"bytes"
	"fmt"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/ipc"
)

const shownRows = 100

type field struct {
	Name     string            `json:"name"`
	Type     string            `json:"type"`
	Nullable bool              `json:"nullable"`
	Metadata map[string]string `json:"metadata"`
	Values   []*string         `json:"values"`
}

type frame struct {
	Metadata map[string]string `json:"metadata"`
	Rows     int64             `json:"rows"`
	Fields   []field           `json:"fields"`
}

// The only types that Grafana's decoder takes; any other fails all queries of a panel.
func isKnown(t arrow.DataType) bool {
	switch t.ID() {
	case arrow.INT8, arrow.INT16, arrow.INT32, arrow.INT64, arrow.UINT8, arrow.UINT16, arrow.UINT32, arrow.UINT64,
		arrow.FLOAT32, arrow.FLOAT64, arrow.STRING, arrow.BOOL, arrow.BINARY:
		return true
	case arrow.TIMESTAMP:
		stamp := t.(*arrow.TimestampType)
		return stamp.Unit == arrow.Nanosecond && stamp.TimeZone == ""
	}
	return false
}

// decodeFrame reads an Arrow file with the Go library, as Grafana does.
func decodeFrame(file []byte) (*frame, error) {
	reader, err := ipc.NewFileReader(bytes.NewReader(file))
	if err != nil {
		return nil, err
	}
	defer reader.Close()
	out := &frame{Metadata: reader.Schema().Metadata().ToMap()}
	for _, each := range reader.Schema().Fields() {
		if !isKnown(each.Type) {
			return nil, fmt.Errorf("field %s: Grafana does not read %s", each.Name, each.Type)
		}
		out.Fields = append(out.Fields, field{
			Name: each.Name, Type: each.Type.String(), Nullable: each.Nullable,
			Metadata: each.Metadata.ToMap(), Values: []*string{},
		})
	}
	for i := 0; i < reader.NumRecords(); i++ {
		record, err := reader.RecordAt(i)
		if err != nil {
			return nil, err
		}
		for c, column := range record.Columns() {
			for row := 0; row < column.Len() && len(out.Fields[c].Values) < shownRows; row++ {
				out.Fields[c].Values = append(out.Fields[c].Values, text(column, row))
			}
			if column.NullN() > 0 && !out.Fields[c].Nullable {
				return nil, fmt.Errorf("field %s: nulls in a field that has none", out.Fields[c].Name)
			}
		}
		out.Rows += record.NumRows()
		record.Release()
	}
	return out, nil
}

func text(column arrow.Array, row int) *string {
	if column.IsNull(row) {
		return nil
	}
	value := column.ValueStr(row)
	return &value
}
