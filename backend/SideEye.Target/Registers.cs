namespace SideEye.Target;

/// <summary>The registers from which a stack is walked.</summary>
/// <param name="ProgramCounter">Next instruction to execute, or a return address: the place it came from says
/// which.</param>
/// <param name="StackPointer">Lowest used address of the stack.</param>
/// <param name="FramePointer">RBP on amd64, X29 on arm64.</param>
public readonly record struct Registers(
    TargetAddress ProgramCounter, TargetAddress StackPointer, TargetAddress FramePointer);
