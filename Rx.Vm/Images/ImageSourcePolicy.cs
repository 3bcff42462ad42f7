namespace Rx.Vm.Images;

/// <summary>What a pod spec may name as an image. A path in it is read with the rights of the host's process.</summary>
public enum ImageSourcePolicy
{
    /// <summary>Names of imported images only: right for specs of others.</summary>
    NamesOnly,

    /// <summary>Also paths of directories and archives on the host: whoever writes specs may read what the host's process may read.</summary>
    HostPaths,
}
