using SideEye.Target;

namespace SideEye.Capture.Values;

/// <summary>What the places of a frame's variables are relative to.</summary>
/// <param name="Cfa">The frame's canonical frame address (DWARF 5 §6.4), run-time.</param>
/// <param name="LoadBias">Run-time minus link-time address of the binary.</param>
public readonly record struct FrameOrigin(TargetAddress Cfa, ulong LoadBias);
