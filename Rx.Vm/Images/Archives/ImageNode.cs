namespace Rx.Vm.Images.Archives;

/// <summary>A file, folder, link or device of the image to be. A hard link is a second name of the same node.</summary>
internal sealed class ImageNode
{
    private Dictionary<string, ImageNode>? _children;

    /// <summary>What it is; <see cref="TarKind.HardLink"/> stands for a link whose target the archive has not shown yet.</summary>
    public required TarKind Kind { get; init; }

    /// <summary>The entry that made it; null for a folder that is only implied by names below it.</summary>
    public TarEntry? Entry { get; set; }

    /// <summary>Position of that entry in the archive, from zero.</summary>
    public long Ordinal { get; set; } = -1;

    /// <summary>What is in a folder, by name.</summary>
    public Dictionary<string, ImageNode> Children => _children ??= new Dictionary<string, ImageNode>(StringComparer.Ordinal);

    /// <summary>The folder a folder is in; null for the root. Only folders have just one.</summary>
    public ImageNode? Parent { get; init; }

    /// <summary>The first of its names, when the image is written.</summary>
    public string? Path { get; set; }

    /// <summary>What <see cref="TarKind.HardLink"/> stands for in the end.</summary>
    public ImageNode? Target { get; set; }

    public bool HasChildren => _children is { Count: > 0 };

    public bool IsDirectory => Kind == TarKind.Directory;

    /// <summary>Its own name or that of the target it stands for.</summary>
    public ImageNode Resolved => Target ?? this;
}
