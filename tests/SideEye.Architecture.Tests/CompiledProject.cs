using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace SideEye.Architecture.Tests;

/// <summary>What a compiled project of backend/ refers to, from its metadata.</summary>
internal sealed class CompiledProject : IDisposable
{
    private readonly PEReader file;
    private readonly MetadataReader metadata;

    private CompiledProject(PEReader file)
    {
        this.file = file;
        metadata = file.GetMetadataReader();
    }

    /// <summary>Opens a project's assembly; it lies beside ours.</summary>
    public static CompiledProject Open(string project)
    {
        string assembly = project switch
        {
            "SideEye.Cli" => "sideeye",
            "SideEye.Agent" => "sideeye-agent",
            "SideEye.Plugin" => "gpx_sideeye",
            _ => project,
        };
        return new(new PEReader(File.OpenRead(Path.Combine(AppContext.BaseDirectory, $"{assembly}.dll"))));
    }

    /// <summary>Types of other assemblies, by full name.</summary>
    public IEnumerable<string> ForeignTypes()
    {
        foreach (TypeReferenceHandle handle in metadata.TypeReferences)
            yield return NameOf(handle);
    }

    /// <summary>Members of other assemblies as "Namespace.Type.Member".</summary>
    public IEnumerable<string> ForeignMembers()
    {
        foreach (MemberReferenceHandle handle in metadata.MemberReferences)
        {
            MemberReference member = metadata.GetMemberReference(handle);
            if (member.Parent.Kind == HandleKind.TypeReference)
                yield return $"{NameOf((TypeReferenceHandle)member.Parent)}.{metadata.GetString(member.Name)}";
        }
    }

    /// <summary>Methods that are implemented by a native library.</summary>
    public IEnumerable<string> NativeMethods()
    {
        foreach (MethodDefinitionHandle handle in metadata.MethodDefinitions)
        {
            MethodDefinition method = metadata.GetMethodDefinition(handle);
            if (method.Attributes.HasFlag(MethodAttributes.PinvokeImpl))
                yield return metadata.GetString(method.Name);
        }
    }

    /// <summary>Names of the types that the project itself defines, without the compiler's.</summary>
    public IEnumerable<string> OwnTypes()
    {
        foreach (TypeDefinitionHandle handle in metadata.TypeDefinitions)
        {
            string name = metadata.GetString(metadata.GetTypeDefinition(handle).Name).Split('`')[0];
            if (!name.Contains('<'))
                yield return name;
        }
    }

    public void Dispose() => file.Dispose();

    private string NameOf(TypeReferenceHandle handle)
    {
        TypeReference type = metadata.GetTypeReference(handle);
        string name = metadata.GetString(type.Name);
        return type.ResolutionScope.Kind == HandleKind.TypeReference
            ? $"{NameOf((TypeReferenceHandle)type.ResolutionScope)}.{name}"
            : $"{metadata.GetString(type.Namespace)}.{name}";
    }
}
