namespace SideEye.GoRuntime;

/// <summary>
/// One source-level frame at a pc: the physical function, or a call that the compiler inlined into it.
/// </summary>
/// <param name="Function">Full name as the symbol table has it, such as <c>net/http.(*conn).serve</c>.</param>
/// <param name="File">Path as the compiler recorded it; <c>?</c> where the table has none.</param>
/// <param name="Line">1-based; 0 where the table has none.</param>
/// <param name="IsInlined">True for a call that was inlined into the frame that follows.</param>
/// <param name="FuncId">
/// Of the function named here, which for an inlined wrapper is not that of the physical function.
/// </param>
/// <param name="Pc">
/// Link-time address whose position this is: the pc asked for, or the place of the inlined call.
/// </param>
public readonly record struct PclnFrame(
    string Function, string File, int Line, bool IsInlined, GoFuncId FuncId, ulong Pc);
