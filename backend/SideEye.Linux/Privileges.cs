namespace SideEye.Linux;

/// <summary>What this process may do.</summary>
public static class Privileges
{
    /// <summary>True for user id 0.</summary>
    public static bool IsRoot => LibC.EffectiveUserId() == 0;
}
