package records_test

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/concurrency-dojo/dojo/harness/spec"
	"github.com/concurrency-dojo/dojo/katas/ipc/records"
)

func TestRecords(t *testing.T) { spec.Run(t) }

// orders are those that a call may be given.
var orders = []binary.ByteOrder{binary.BigEndian, binary.LittleEndian}

// data returns the bytes that are written in hexadecimal digits.
func data(digits string) []byte {
	GinkgoHelper()
	all, err := hex.DecodeString(strings.ReplaceAll(digits, " ", ""))
	Expect(err).NotTo(HaveOccurred())
	return all
}

// packs packs a record, which must become these bytes.
func packs(order binary.ByteOrder, record records.Record, want []byte) {
	GinkgoHelper()
	packed, err := records.Pack(order, record)
	if err != nil {
		Fail(fmt.Sprintf("%v: Pack returns the error %q for a record that fits\nthe record: %+v", order, err, record))
	}
	if !bytes.Equal(packed, want) {
		Fail(fmt.Sprintf("%v: Pack returns [% x] and must return [% x]\nthe record: %+v", order, packed, want, record))
	}
}

// unpacks unpacks bytes, which must become this record.
func unpacks(order binary.ByteOrder, packed []byte, want records.Record) {
	GinkgoHelper()
	record, err := records.Unpack(order, packed)
	if err != nil {
		Fail(fmt.Sprintf("%v, [% x]: Unpack returns the error %q", order, packed, err))
	}
	if what := difference(record, want); what != "" {
		Fail(fmt.Sprintf("%v, [% x]: Unpack returns %s", order, packed, what))
	}
}

var _ = Describe("A record", func() {
	It("has each field at its place, in both byte orders", spec.Worth(1), func() {
		record := records.Record{
			Station: 0x0102, Time: 0x0304050607080910, Temperature: 0x1112, Humidity: 0x13,
			Altitude: 0x141516, Name: "harbour",
		}
		big := data("0102 0304050607080910 1112 13 141516 68617262 6f757200")
		little := data("0201 1009080706050403 1211 13 161514 68617262 6f757200")

		packs(binary.BigEndian, record, big)
		packs(binary.LittleEndian, record, little)
		unpacks(binary.BigEndian, big, record)
		unpacks(binary.LittleEndian, little, record)
	})

	It("keeps the sign of each number, up to the ends of its field", spec.Worth(1), func() {
		for _, row := range []struct {
			record      records.Record
			big, little string
		}{
			{
				records.Record{Station: math.MaxUint16, Time: -1, Temperature: -1, Humidity: math.MaxUint8, Altitude: -1},
				"ffff ffffffffffffffff ffff ff ffffff 0000000000000000",
				"ffff ffffffffffffffff ffff ff ffffff 0000000000000000",
			},
			{
				records.Record{Station: 1, Time: -2, Temperature: -273, Humidity: 128, Altitude: -430},
				"0001 fffffffffffffffe feef 80 fffe52 0000000000000000",
				"0100 feffffffffffffff effe 80 52feff 0000000000000000",
			},
			{
				records.Record{Time: math.MinInt64, Temperature: math.MinInt16, Altitude: -1 << 23},
				"0000 8000000000000000 8000 00 800000 0000000000000000",
				"0000 0000000000000080 0080 00 000080 0000000000000000",
			},
			{
				records.Record{Time: math.MaxInt64, Temperature: math.MaxInt16, Altitude: 1<<23 - 1},
				"0000 7fffffffffffffff 7fff 00 7fffff 0000000000000000",
				"0000 ffffffffffffff7f ff7f 00 ffff7f 0000000000000000",
			},
		} {
			packs(binary.BigEndian, row.record, data(row.big))
			packs(binary.LittleEndian, row.record, data(row.little))
			unpacks(binary.BigEndian, data(row.big), row.record)
			unpacks(binary.LittleEndian, data(row.little), row.record)
		}
	})

	It("is refused if a value does not fit its field", spec.Worth(1), func() {
		for _, order := range orders {
			for _, record := range []records.Record{
				{Temperature: math.MaxInt16 + 1},
				{Temperature: math.MinInt16 - 1},
				{Temperature: 1 << 16},
				{Temperature: math.MinInt},
				{Altitude: 1 << 23},
				{Altitude: -1<<23 - 1},
				{Altitude: 1 << 24},
				{Altitude: math.MaxInt},
				{Name: "lighthous"},
				{Name: strings.Repeat("long", 100)},
				{Name: "a\x00b"},
				{Name: "padded\x00"},
			} {
				packed, err := records.Pack(order, record)
				Expect(err).To(MatchError(records.ErrRange), "Temperature %d, Altitude %d, Name %q: Pack must refuse what does not fit",
					record.Temperature, record.Altitude, record.Name)
				Expect(packed).To(BeEmpty(), "Pack returns bytes with an error")
			}
		}
	})

	It("has a name of up to eight bytes, with or without zeros behind it", spec.Worth(1), func() {
		for _, order := range orders {
			for _, row := range []struct{ name, field string }{
				{"", "0000000000000000"},
				{"x", "7800000000000000"},
				{"station", "73746174696f6e00"},
				{"glaciers", "676c616369657273"},
				// Nobody says that the bytes of a name are text, nor which.
				{"Zürich", "5ac3bc7269636800"},
				{"\xff\xfe\x01 ", "fffe012000000000"},
			} {
				packed := append(make([]byte, records.Size-8), data(row.field)...)
				packs(order, records.Record{Name: row.name}, packed)
				unpacks(order, packed, records.Record{Name: row.name})
			}
			// Not everybody clears a field before a shorter name is put in it.
			stale := append(make([]byte, records.Size-8), data("6961 00 6572 0073 00")...)
			unpacks(order, stale, records.Record{Name: "ia"})
		}
	})

	It("is unpacked from exactly its size, and changes no byte of it", spec.Worth(1), func() {
		whole := data("0102 0304050607080910 1112 13 141516 6861 00 626f757273 aabbcc")
		before := slices.Clone(whole)
		for _, order := range orders {
			for size := range len(whole) + 1 {
				_, err := records.Unpack(order, whole[:size:size])
				if size == records.Size {
					Expect(err).NotTo(HaveOccurred())
				} else {
					Expect(err).To(MatchError(records.ErrSize), "Unpack gets %d bytes, and a record has %d", size, records.Size)
				}
			}
			_, err := records.Unpack(order, nil)
			Expect(err).To(MatchError(records.ErrSize))
		}
		Expect(whole).To(Equal(before), "Unpack changes the bytes that it is given")
	})
})
