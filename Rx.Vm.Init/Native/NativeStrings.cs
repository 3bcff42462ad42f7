using System.Runtime.InteropServices;
using System.Text;

namespace Rx.Vm.Init.Native;

/// <summary>A null-terminated array of null-terminated UTF-8 strings, as execve takes them, in one block.</summary>
internal sealed unsafe class NativeStrings : IDisposable
{
    private byte** _vector;

    /// <summary>Copies the strings; none has a NUL character (the pod's rules).</summary>
    public NativeStrings(IReadOnlyList<string> strings)
    {
        var pointers = (strings.Count + 1) * sizeof(byte*);
        var total = pointers + strings.Sum(s => Encoding.UTF8.GetByteCount(s) + 1);
        _vector = (byte**)NativeMemory.Alloc((nuint)total);
        var next = (byte*)_vector + pointers;
        for (var i = 0; i < strings.Count; i++)
        {
            _vector[i] = next;
            next += Encoding.UTF8.GetBytes(strings[i], new Span<byte>(next, (int)((byte*)_vector + total - next)));
            *next++ = 0;
        }

        _vector[strings.Count] = null;
    }

    /// <summary>The array.</summary>
    public byte** Pointer => _vector;

    /// <summary>Frees the block.</summary>
    public void Dispose()
    {
        NativeMemory.Free(_vector);
        _vector = null;
    }
}
