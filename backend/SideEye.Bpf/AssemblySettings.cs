using System.Runtime.CompilerServices;

// The structs of bpf/abi.table are blittable: nothing needs translating on the way to native code.
[assembly: DisableRuntimeMarshalling]
